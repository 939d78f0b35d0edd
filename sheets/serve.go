package sheets

import (
	"context"
	"errors"
	"time"

	"clipsheet/clips"

	"google.golang.org/api/googleapi"
	gsheets "google.golang.org/api/sheets/v4"
)

// rounds is how often a push looks, plans and writes before it gives up: people may be working in the spreadsheet.
const rounds = 4

// serve brings jobs to their end: together at first, and each by itself when that did not work.
func (r *remote) serve(ctx context.Context, jobs []*job) {
	if err := r.connect(ctx); err != nil {
		r.failAll(jobs, err)
		return
	}
	if jobs[0].unit != nil {
		r.serveUnit(ctx, jobs)
		return
	}
	for round := range rounds {
		open := unsettled(jobs)
		if round == 0 {
			r.round(ctx, open)
			continue
		}
		for _, j := range open {
			r.round(ctx, []*job{j})
		}
	}
	r.giveUp(unsettled(jobs))
}

// giveUp ends jobs for which another round is no use any more.
func (r *remote) giveUp(jobs []*job) {
	for _, j := range jobs {
		if errors.Is(j.again, errMoved) {
			j.again = &clips.Error{Kind: clips.KindUnavailable, Notice: "Somebody was changing the spreadsheet's rows and columns " +
				"all the while; the next run tries again."}
		}
		r.fail(j, j.again)
	}
}

func unsettled(jobs []*job) []*job {
	var open []*job
	for _, j := range jobs {
		if !j.settled {
			open = append(open, j)
		}
	}
	return open
}

func (r *remote) failAll(jobs []*job, err error) {
	for _, j := range unsettled(jobs) {
		r.fail(j, err)
	}
}

// fail ends a job with an error in words. That the work for several was stopped says less than why this one was.
func (r *remote) fail(j *job, err error) {
	if why := j.ctx.Err(); why != nil {
		err = why
	}
	j.fail(explain(err, r.who, r.id))
}

// round is one pass: look, plan, write.
func (r *remote) round(ctx context.Context, jobs []*job) {
	if len(jobs) == 0 {
		return
	}
	began := time.Now()
	r.look(ctx, jobs)
	for _, j := range unsettled(jobs) {
		r.decideOrFail(ctx, j)
	}
	for _, j := range jobs {
		j.out.Plan += time.Since(began)
	}
	if unit := goTogether(unsettled(jobs)); len(unit) > 0 {
		r.spend(unit[0], func() { r.write(ctx, unit) })
	}
}

func (r *remote) decideOrFail(ctx context.Context, j *job) {
	r.spend(j, func() {
		err := j.ctx.Err()
		if err == nil {
			err = r.decide(ctx, j)
		}
		if err != nil {
			r.fail(j, err)
		}
	})
}

// spend counts the calls that are made for a job. Those for several are the first one's, so that the sum is right.
func (r *remote) spend(j *job, do func()) {
	reads, writes, bytes := r.count.reads, r.count.writes, r.count.bytes.Load()
	do()
	j.out.Reads += r.count.reads - reads
	j.out.Writes += r.count.writes - writes
	j.out.Bytes += r.count.bytes.Load() - bytes
}

// look reads what there is of each job's target: one call for all that are likely to be there.
func (r *remote) look(ctx context.Context, jobs []*job) {
	var known []*job
	for _, j := range jobs {
		j.tell("read", 0, 0)
		if j.task.Sync.Mode == clips.SyncSnapshot && j.task.Sync.Period == clips.EachRun {
			j.layout = nil // always new, or nearly
			continue
		}
		if !j.task.first() {
			known = append(known, j)
			continue
		}
		r.spend(j, func() {
			if err := r.lookFirst(ctx, j); err != nil {
				r.fail(j, err)
			}
		})
	}
	if len(known) == 0 {
		return
	}
	var l *layout
	var err error
	r.spend(known[0], func() { l, err = r.read(ctx, maskTarget, filtersOf(known)) })
	for _, j := range known {
		if j.layout = l; err != nil {
			r.fail(j, err)
		}
	}
}

// lookFirst reads a target that is likely to be new, together with the tab it would be on.
func (r *remote) lookFirst(ctx context.Context, j *job) error {
	tab := &gsheets.DataFilter{A1Range: quoted(j.task.title())}
	l, err := r.read(ctx, maskTab, append(filtersOf([]*job{j}), tab))
	if e, ok := errors.AsType[*googleapi.Error](err); ok && e.Code == 400 {
		j.layout = nil // there is no such tab
		return nil
	}
	j.layout = l
	return err
}

// filtersOf select the rows and columns of targets, without anything of people's but what stands in those rows.
func filtersOf(jobs []*job) []*gsheets.DataFilter {
	all := []*gsheets.DataFilter{lookup(gsheets.DeveloperMetadataLookup{MetadataKey: keyStage, LocationType: "ROW"})}
	info := false
	for _, j := range jobs {
		for _, key := range []string{keyTop, keyLast} {
			all = append(all, lookup(gsheets.DeveloperMetadataLookup{MetadataKey: key, MetadataValue: j.task.target}))
		}
		if j.task.small() {
			all = append(all, lookup(gsheets.DeveloperMetadataLookup{MetadataKey: keyColumn + j.task.target}))
		}
		if j.task.Sync.AsOfCell != "" {
			all = append(all, lookup(gsheets.DeveloperMetadataLookup{MetadataKey: keyAsOf, MetadataValue: j.task.target, LocationType: "ROW"}))
		}
		info = info || j.task.Sync.InfoTab
	}
	if info {
		all = append(all, lookup(gsheets.DeveloperMetadataLookup{MetadataKey: keyInfo}))
	}
	return all
}
