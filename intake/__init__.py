"""What officers hand in: opened, checked whole, and stored with where every value stands."""
