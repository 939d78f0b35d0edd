-- A table as finance teams have them: ids, moments, exact numbers, text with commas, quotes, line breaks and letters
-- beyond ASCII in a fifth of the rows, a column that is mostly NULL.
create table bench as
select g as id,
       timestamptz '2024-01-01 00:00:00+00' + g * interval '61.7 seconds' as booked_at,
       date '2024-01-01' + (g %% 1096)::int as due_on,
       ((g * 7919) %% 10000000)::numeric(14, 2) / 100 as amount,
       round(1 / (1 + g %% 97)::numeric, 6) as rate,
       (g * 31 %% 5000)::int as customer,
       g %% 3 = 0 as paid,
       case g %% 11
           when 0 then 'Müller, "Söhne" & Co ' || g
           when 1 then E'two\nlines ' || g
           else 'Customer number ' || g
       end as name,
       case when g %% 10 < 3 then 'note ' || md5(g::text) end as note,
       md5(g::text)::uuid as reference
from generate_series(1::bigint, %d) g;
