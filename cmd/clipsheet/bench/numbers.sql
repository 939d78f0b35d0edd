-- Numbers of every type, of few digits and many, below zero and NULL.
create table bench as
select g as id,
       (g %% 32768)::smallint as small,
       (g * 7919 %% 1000000)::int - 500000 as whole,
       g * 1000003 as large,
       ((g * 7919) %% 10000000)::numeric(14, 2) / 100 as amount,
       -round((g %% 9973)::numeric / 7, 4) as loss,
       (g::numeric * 12345678901234567) as exact,
       (g::float8 / 7) as ratio,
       (g %% 1000)::float4 / 8 as short,
       case when g %% 4 > 0 then round(g::numeric / 3, 6) end as sparse
from generate_series(1::bigint, %d) g;
