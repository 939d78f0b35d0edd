-- Who still runs apps on a stack that goes away, the largest customers first: the list support writes to.
select c.account_no, c.name, c.email, a.name as app, a.stack, st.ends_on, st.ends_on - current_date as days_left,
       d.deployed_at as last_deploy, d.via as last_deploy_via, s.plan, s.currency, s.monthly_amount
from apps a
join stacks st on st.name = a.stack and st.deprecated_on is not null
join customers c on c.id = a.customer_id and c.churned_on is null
left join lateral (
    select deployed_at, via from deploys where app_id = a.id order by deployed_at desc limit 1
) d on true
left join lateral (
    select plan, currency, monthly_amount
    from subscriptions
    where customer_id = c.id and started_on <= current_date and (ended_on is null or ended_on > current_date)
    order by started_on desc
    limit 1
) s on true
order by s.monthly_amount desc nulls last, c.account_no, a.name
