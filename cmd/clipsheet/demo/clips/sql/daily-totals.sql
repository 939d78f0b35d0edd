-- One row a day for the last three months, today included: what came in, and how people deploy. Days are those of
-- the clip's time zone.
with days as (
    select day::date as day
    from generate_series(current_date - 89, current_date, interval '1 day') day
), sign_ups as (
    select signed_up_at::date as day, count(*) as sign_ups
    from signups
    where signed_up_at >= current_date - 89
    group by 1
), shipped as (
    select deployed_at::date as day,
           count(*) filter (where via = 'git push') as git_push,
           count(*) filter (where via = 'button') as button,
           count(*) filter (where via = 'cli') as cli,
           count(*) filter (where via = 'api') as api
    from deploys
    where deployed_at >= current_date - 89
    group by 1
), received as (
    select p.received_at::date as day, round(sum(p.amount / r.per_eur), 2) as euros
    from payments p
    cross join lateral (
        select per_eur from fx_rates where currency = p.currency and day <= p.received_at::date order by day desc limit 1
    ) r
    where p.received_at >= current_date - 89
    group by 1
)
select d.day, coalesce(s.sign_ups, 0) as sign_ups, coalesce(x.git_push, 0) as git_push, coalesce(x.button, 0) as button,
       coalesce(x.cli, 0) as cli, coalesce(x.api, 0) as api, coalesce(r.euros, 0) as received_eur
from days d
left join sign_ups s using (day)
left join shipped x using (day)
left join received r using (day)
order by d.day
