/** What was found in a boundary file, for somebody who must decide whether it becomes a version. */

import { h } from './dom.js';
import { numbers, part, table } from './desk_boundary_table.js';
import { unitNodes } from './desk_boundary_units.js';

/** Proper names, the same in every language. */
const FORMATS = { shapefile: 'Shapefile', geopackage: 'GeoPackage', geojson: 'GeoJSON', flatgeobuf: 'FlatGeobuf' };
/** An area that differs by so much from the one now drawn is shown first (percent). */
const DIFFERING = 5;
/** Sentences at the top; rows that have no unit are in the table below anyway. */
const SHOWN = 6;

/**
 * @param {{t: Function, setup: Object, found: Object, onAgain: (asked: Object) => void}} options
 *   `found` is the answer of `/office/boundaries/{token}`; `onAgain` has the file checked once more
 * @returns {Array} nodes
 */
export function reportNodes({ t, setup, found, onAgain }) {
  const { report } = found;
  const number = numbers(setup.lang);
  return [
    verdict(t, report),
    figures(t, number, report),
    found.picture && picture(t, found),
    ...unitNodes({ t, setup, found, onAgain }),
    areas(t, number, report),
    faults(t, number, report),
    columns(t, report),
  ];
}

function verdict(t, report) {
  const { reasons, notes } = report;
  return [
    report.importable
      ? h('p', { class: 'ntm-desk-good', 'data-testid': 'boundary-verdict' }, t('boundary_importable'))
      : h('section', { class: 'ntm-desk-warnings', 'data-testid': 'boundary-verdict' }, h('h4', {}, t('boundary_obstacles')),
        h('ul', {}, reasons.slice(0, SHOWN).map((text) => h('li', {}, text)),
          reasons.length > SHOWN && h('li', {}, t('boundary_more_obstacles', { count: reasons.length - SHOWN })))),
    notes.length > 0 && h('section', { class: 'ntm-desk-notes', 'data-testid': 'boundary-notes' }, h('h4', {}, t('desk_warnings')),
      h('ul', {}, notes.map((text) => h('li', {}, text)))),
  ];
}

function figures(t, number, report) {
  const { crs, encoding, units, total, geometry } = report;
  const sure = encoding.share === null ? t(`boundary_encoding_how_${encoding.how}`)
    : t(`boundary_encoding_how_${encoding.how}_share`, { share: number.percent(encoding.share), count: encoding.names });
  const other = encoding.runner_up && t('boundary_runner_up', { encoding: t(`boundary_encoding_${encoding.runner_up.encoding}`), share: number.percent(encoding.runner_up.share) });
  const faulty = geometry.faults.length;
  const kinds = Object.entries(geometry.counts).map(([kind, count]) => `${t(`boundary_fault_${kind}`)}: ${number.whole(count)}`).join(' · ');
  const rows = [
    ['boundary_format', FORMATS[report.format], t('boundary_features', { count: number.whole(report.features), vertices: number.whole(report.vertices) })],
    ['boundary_crs', crs.name || crs.code, [t(`boundary_crs_how_${crs.how}`), crs.swapped && t('boundary_swapped')].filter(Boolean).join('; ')],
    ['boundary_encoding', t(`boundary_encoding_${encoding.encoding}`), [sure, other].filter(Boolean).join('; ')],
    ['boundary_matched', `${number.whole(units.matched)}/${number.whole(units.expected)}`, report.unit_list ? t('boundary_of_list', { list: report.unit_list }) : t('boundary_own_list')],
    ['boundary_total', `${number.km2(total.km2)} km²`, total.official_km2 === null ? t('boundary_no_official')
      : t('boundary_against_official', { difference: number.exactly(total.difference_percent), km2: number.km2(total.official_km2) })],
    ['boundary_faults', number.whole(faulty), kinds || t('boundary_no_faults')],
  ];
  return h('dl', { class: 'ntm-desk-figures', 'data-testid': 'boundary-figures' }, rows.map(([key, text, more]) => h('div', { 'data-figure': key },
    h('dt', {}, t(key)), h('dd', {}, text, more && h('small', {}, more)))));
}

function picture(t, { picture: address, report }) {
  const words = t(report.boundary ? 'boundary_picture' : 'boundary_picture_alone', { version: report.boundary });
  return h('figure', { class: 'ntm-desk-picture' },
    h('a', { href: address, target: '_blank', rel: 'noopener', 'data-testid': 'boundary-picture' }, h('img', { src: address, alt: words })),
    h('figcaption', {}, words, ' ', h('a', { href: address, target: '_blank', rel: 'noopener' }, t('boundary_picture_large'))));
}

function areas(t, number, report) {
  const size = ({ difference_percent: percent }) => Math.abs(percent ?? 0);
  const rows = [...report.areas].sort((a, b) => size(b) - size(a));
  const differing = rows.filter(({ differs }) => differs).length;
  const published = rows.some((one) => one.published_km2);
  const area = (km2) => (km2 ? number.km2(km2) : '–');
  const title = published || report.boundary ? t('boundary_areas', { count: differing, percent: DIFFERING }) : t('boundary_areas_alone');
  return part(title, differing > 0, rows.length > 0 && table({
    t, caption: title, testid: 'boundary-areas', rows, most: Math.min(Math.max(differing, 5), 20),
    columns: [
      { label: t('boundary_unit'), cell: (one) => [one.name, ' ', h('small', {}, one.code)] },
      { label: t('boundary_in_file'), cell: (one) => number.km2(one.km2), number: true },
      ...(published ? [{ label: t('boundary_published'), cell: (one) => area(one.published_km2), number: true }] : []),
      ...(report.boundary ? [{ label: t('boundary_now'), cell: (one) => area(one.current_km2), number: true }] : []),
      ...(published || report.boundary ? [{
        label: t('boundary_difference'), number: true,
        cell: (one) => mark(one.differs, one.difference_percent === null ? '–' : number.difference(one.difference_percent)),
      }] : []),
    ],
  }));
}

function mark(strong, text) {
  return strong ? h('strong', { class: 'ntm-desk-differs' }, text) : text;
}

function faults(t, number, report) {
  const { faults: all, counts } = report.geometry;
  const names = Object.fromEntries([...report.areas, ...report.units.missing].map(({ code, name }) => [code, name]));
  const kinds = Object.entries(counts).map(([kind, count]) => `${t(`boundary_fault_${kind}`)}: ${number.whole(count)}`);
  return part([t('boundary_faults_title', { count: number.whole(all.length) }), kinds.length > 0 && h('small', {}, ` ${kinds.join(' · ')}`)], false,
    all.length ? table({
      t, caption: t('boundary_faults'), testid: 'boundary-faults', rows: all,
      columns: [
        { label: t('boundary_number'), cell: (one) => String(one.number) },
        { label: t('boundary_fault'), cell: (one) => [h('strong', {}, one.text), h('small', {}, one.reason)] },
        { label: t('boundary_units'), cell: (one) => one.units.map((key) => names[key] ?? key).join(', ') },
        { label: t('boundary_area'), cell: (one) => `${number.km2(one.area_km2)} km²`, number: true },
        { label: t('boundary_place'), cell: (one) => (one.lon === null ? '–' : `${number.degrees(one.lat)}; ${number.degrees(one.lon)}`), number: true },
        { label: t('boundary_repair'), cell: (one) => t(one.repairable ? 'boundary_repairable' : 'boundary_not_repairable') },
      ],
    }) : h('p', {}, t('boundary_no_faults')));
}

function columns(t, report) {
  return part(t('boundary_fields', { count: report.fields.length }), false, table({
    t, caption: t('boundary_fields', { count: report.fields.length }), testid: 'boundary-fields',
    rows: [...report.fields].sort((a, b) => Number(Boolean(b.role)) - Number(Boolean(a.role))), most: 20,
    columns: [
      { label: t('boundary_field'), cell: (one) => one.name },
      { label: t('boundary_field_type'), cell: (one) => t(`boundary_type_${one.type}`) },
      { label: t('boundary_field_role'), cell: (one) => (one.role ? h('strong', {}, t(`boundary_column_${one.role}`)) : t('boundary_unused')) },
    ],
  }));
}
