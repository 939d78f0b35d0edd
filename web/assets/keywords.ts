// The words of SQL that are offered: those that queries are made of. The language knows hundreds more.
import { completeFromList, ifNotIn } from "@codemirror/autocomplete";

const words = `select, from, where, join, left join, right join, full join, cross join, lateral, on, using, and, or, not, in, is null,
is not null, exists, between, like, ilike, similar to, case, when, then, else, end, as, distinct, with, recursive, materialized, union,
union all, intersect, except, group by, grouping sets, rollup, cube, having, order by, asc, desc, nulls first, nulls last, limit, offset,
over, partition by, window, rows between, filter, within group, values, table, true, false, interval, cast, any, all, array, row,
at time zone, collate`;

const functions = `count, sum, avg, min, max, string_agg, array_agg, json_agg, jsonb_agg, bool_and, bool_or, percentile_cont, row_number,
rank, dense_rank, lag, lead, first_value, last_value, ntile, coalesce, nullif, greatest, least, round, trunc, ceil, floor, abs, mod,
date_trunc, date_part, extract, age, now, current_date, current_timestamp, make_date, make_interval, to_char, to_date, to_timestamp,
to_number, generate_series, lower, upper, initcap, trim, length, substring, position, replace, split_part, regexp_replace, regexp_match,
concat, concat_ws, format, left, right, lpad, unnest, jsonb_array_elements, jsonb_build_object`;

function listed(names: string, type: string) {
  return names.split(/,\s+/).map((label) => ({ label, type, boost: -1 }));
}

export const keywords = ifNotIn(
  ["QuotedIdentifier", "String", "LineComment", "BlockComment", "."],
  completeFromList([...listed(words, "keyword"), ...listed(functions, "function")]),
);
