"""The sample store: made-up monthly reports that come in the way real ones do. Nothing in it is true."""
