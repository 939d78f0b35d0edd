-- What happens on the platform: sign-ups, apps, deploys.

-- Sign-ups grow over three years and rest on weekends; customers are among them.
insert into signups (signed_up_at, email, channel, country, ip, customer_id)
select at, email, channel, country, ip, customer_id
from (
    select signed_up_at as at, email, channel, country, id as customer_id,
           ('10.' || 16 + id % 200 || '.' || id / 200 || '.' || 1 + id % 250)::inet as ip
    from customers
    union all
    select least(day + interval '6 hours' + seed.rand(n, 41) * interval '16 hours', now()),
           'u' || n || '@' || seed.pick(n, 42, '{post.example,mail.example,inbox.example,work.example}'),
           seed.pick(n, 43, '{search,search,search,referral,referral,button,button,button,conference,partner,ads,direct}'),
           seed.pick(n, 44, '{US,US,US,US,DE,DE,GB,GB,NL,FR,BR,BR,IN,IN,IN,JP,KR,PL,ES,CA,AU,SE,UA,MX,TH,CN,IL,EG}'), null,
           ('172.' || 16 + n % 16 || '.' || floor(seed.rand(n, 45) * 256) || '.' || floor(seed.rand(n, 46) * 256))::inet
    from (select n, seed.first_day() + floor((seed.today() - seed.first_day()) * power(n / 18000.0, 0.6))::int as day
          from generate_series(1, 18000) n) days
    where extract(isodow from day) < 6 or seed.rand(n, 47) < 0.35
    union all
    -- Now and then somebody opens accounts by the dozen, all from one network and with one throw-away domain.
    select seed.today() - b.days_ago + interval '2 hours' * b.b + k * interval '37 seconds', 'x' || md5(b.b * 1000 + k || '') || '@' || b.domain,
           b.channel, b.country, null, (b.net || k % 250 + 1)::inet
    from (values (1, 2, 74, 'burner.example', 'button', 'US', '203.0.113.'), (2, 5, 41, 'tmpmail.example', 'direct', 'VN', '198.51.100.'),
                 (3, 11, 120, 'burner.example', 'button', 'BR', '203.0.113.'), (4, 23, 58, 'ten-minutes.example', 'ads', 'US', '192.0.2.'),
                 (5, 47, 90, 'tmpmail.example', 'button', 'IN', '198.51.100.')) b (b, days_ago, times, domain, channel, country, net),
         generate_series(1, b.times) k
) everyone
order by at;

-- Older apps are on older stacks; most have moved on, some have not.
insert into apps (id, customer_id, name, stack, created_at)
select row_number() over (order by c.id, k),
       c.id, seed.pick(c.id * 4 + k, 50, '{still,blue,misty,quiet,bold,amber,swift,green}') || '-'
             || seed.pick(c.id * 4 + k, 51, '{harbor,pier,lagoon,reef,anchor,tide,sail,gull}') || '-' || lpad((c.id * 4 + k)::text, 4, '0'),
       case when c.signed_up_at < seed.today() - 900 and seed.rand(c.id * 4 + k, 52) < 0.09 then 'pier-18'
            when c.signed_up_at < seed.today() - 320 and seed.rand(c.id * 4 + k, 52) < 0.22 then 'pier-20'
            when c.signed_up_at < seed.today() - 90 and seed.rand(c.id * 4 + k, 52) < 0.70 then 'pier-22'
            else 'pier-24' end,
       c.signed_up_at + k * interval '40 minutes'
from customers c,
     generate_series(1, 1 + floor(seed.rand(c.id, 53) * 3)::int) k;

insert into deploys (app_id, deployed_at, via, stack, succeeded, build_time)
select app_id, at, via, stack, seed.rand(n, 61) > 0.06, interval '1 second' * round((20 + 400 * power(seed.rand(n, 62), 2))::numeric, 1)
from (
    select a.id as app_id, a.stack, a.id * 64 + k as n,
           least(greatest(a.created_at, now() - interval '365 days')
                     + seed.rand(a.id * 64 + k, 60) * (coalesce(c.churned_on, now()) - greatest(a.created_at, now() - interval '365 days')),
                 now()) as at,
           seed.pick(a.id * 64 + k, 63, '{git push,git push,git push,git push,cli,cli,button,api,api}') as via
    from apps a
    join customers c on c.id = a.customer_id,
         generate_series(1, 2 + floor(seed.rand(a.id, 64) * 16)::int) k
    where coalesce(c.churned_on, now()) > greatest(a.created_at, now() - interval '365 days')
) d
order by at;
