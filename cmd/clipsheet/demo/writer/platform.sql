-- People sign up and ship.
insert into signups (signed_up_at, email, channel, country, ip)
select now(), 'u' || floor(random() * 1e9)::bigint || '@post.example',
       ('{search,search,referral,button,button,partner,ads,direct}'::text[])[1 + floor(random() * 8)::int],
       ('{US,US,DE,GB,NL,FR,BR,IN,JP,KR}'::text[])[1 + floor(random() * 10)::int],
       ('172.' || 16 + floor(random() * 16) || '.' || floor(random() * 256) || '.' || floor(random() * 256))::inet
from generate_series(1, floor(random() * 3)::int);

insert into deploys (app_id, deployed_at, via, stack, succeeded, build_time)
select id, now(), ('{git push,git push,git push,cli,cli,button,api}'::text[])[1 + floor(random() * 7)::int], stack,
       random() > 0.06, interval '1 second' * round((20 + random() * 200)::numeric, 1)
from (select id, stack from apps order by random() limit 1 + floor(random() * 3)::int) a;
