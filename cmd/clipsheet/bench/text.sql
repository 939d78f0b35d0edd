-- Wide text: what people write, long and short, with what has to be quoted in every seventh value and NULL in every fifth.
create table bench as
select g as id,
       'Customer number ' || g as name,
       'Road ' || g %% 977 || ', ' || (array['Zürich', 'München', 'Łódź', 'São Paulo', '東京'])[1 + g %% 5] as address,
       repeat('a longer remark of some words ', (g %% 7)::int) as remark,
       case when g %% 7 = 0 then 'He said: "' || g || '", and left' else 'nothing to say of ' || g end as quoted,
       case when g %% 5 > 0 then E'first line\nsecond line of ' || g end as lines,
       md5(g::text) || md5((g + 1)::text) as key,
       case when g %% 5 = 0 then null else 'tag-' || g %% 31 end as tag,
       'https://example.com/orders/' || g || '?from=mail&to=' || g * 3 as link
from generate_series(1::bigint, %d) g;
