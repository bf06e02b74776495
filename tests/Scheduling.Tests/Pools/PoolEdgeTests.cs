using System.Collections.Immutable;
using Scheduling.Model;
using Scheduling.Pools;
using Scheduling.Quotas;

namespace Scheduling.Tests.Pools;

/// <summary>What is asked twice, too late, or of nobody; promises that end; and what a pool learns from what ran.</summary>
public sealed class PoolEdgeTests
{
    private readonly PoolMachine _pool = Pool(nodes: 4);
    private DateTimeOffset _now = Specs.Start;

    private static PoolMachine Pool(int nodes, ulong schedulable = ulong.MaxValue)
    {
        var pool = new PoolMachine(new PoolId("p"), new PoolLimits(), new PoolPolicy { AgeingPeriod = TimeSpan.Zero });
        pool.BeginEpoch(Specs.Start);
        pool.Advance(Specs.Start);
        pool.SeeRack(Specs.Rack("r", nodes, schedulable: schedulable));
        return pool;
    }

    private void Pass(TimeSpan time) => _pool.Advance(_now += time);

    private PoolAttempt Submit(string job, JobSpec spec, int attempt = 1)
    {
        Assert.Null(_pool.Enqueue(Specs.Attempt(job, attempt), spec, _now));
        foreach (var planned in _pool.Plan(100))
        {
            Assert.True(_pool.Commit(planned.Ref));
        }

        return _pool.FindJob(new JobId(job))!;
    }

    private void End(AttemptId attempt, bool comesBack = false) => _pool.EndAndFree(attempt, comesBack);

    [Fact]
    public void What_is_said_again_too_late_or_of_nobody_changes_nothing()
    {
        var runs = Submit("runs", Specs.Job());
        Submit("waits", Specs.Job(workers: 4));
        _pool.TakeEntries();
        _pool.End(Specs.Attempt("nobody"));
        Assert.False(_pool.Stop(Specs.Attempt("nobody")) || _pool.Stop(Specs.Attempt("waits")));
        Assert.False(_pool.Checkpoint(Specs.Attempt("nobody"), _now) || _pool.Checkpoint(Specs.Attempt("waits"), _now) || _pool.Checkpoint(runs.Id, null));
        _pool.Checkpointed(Specs.Attempt("waits"), _now);
        _pool.Free(runs.Ref);
        _pool.Abort(runs.Ref, null);
        _pool.BeginUndo(runs.Ref);
        Assert.False(_pool.Commit(runs.Ref) || _pool.Confirm(Specs.Attempt("waits"), new ChargeOutlook()));
        Assert.Empty(_pool.TakeEntries());

        Assert.True(_pool.Stop(runs.Id));
        Assert.False(_pool.Stop(runs.Id) || _pool.Checkpoint(runs.Id, _now));
        Assert.Equal(PoolEntryKind.StopWanted, Assert.Single(_pool.TakeEntries()).Kind);
        _pool.End(runs.Id);
        Assert.Equal("runs", Assert.Single(_pool.TakeFreeing()).Id.Job.Value);
        Assert.Empty(_pool.TakeFreeing());
        _pool.TakeEntries();
        _pool.End(runs.Id);
        Assert.Empty(_pool.TakeEntries());
    }

    [Fact]
    public void Of_the_times_at_which_work_was_saved_the_latest_counts()
    {
        var runs = Submit("runs", Specs.Job());
        DateTimeOffset? Saved(int minute)
        {
            _pool.Checkpointed(runs.Id, Specs.Start.AddMinutes(minute));
            return runs.CheckpointedAt;
        }

        Assert.Equal(Specs.Start.AddMinutes(5), Saved(5));
        Assert.Equal(Specs.Start.AddMinutes(5), Saved(3));
        _pool.TakeEntries();
        Assert.Equal(Specs.Start.AddMinutes(5), Saved(5));
        Assert.Empty(_pool.TakeEntries());
        Assert.Equal(Specs.Start.AddMinutes(7), Saved(7));
    }

    [Fact]
    public void A_new_activation_takes_the_time_it_is_told_and_never_an_earlier_one_than_the_journal_has()
    {
        _pool.BeginEpoch(_now.AddHours(2));
        Assert.Equal((_now.AddHours(2), 2L), (_pool.Clock, _pool.Epoch));
        _pool.BeginEpoch(_now.AddHours(1));
        Assert.Equal((_now.AddHours(2), 3L), (_pool.Clock, _pool.Epoch));
    }

    private PoolAttempt PromiseToUrgent()
    {
        Submit("victim", Specs.Job(workers: 4));
        Pass(TimeSpan.FromHours(1));
        var urgent = Submit("urgent", Specs.Job(workers: 4, priority: 500));
        Assert.False(_pool.HasCalledOff);
        _pool.PlanClaims();
        Assert.Equal(urgent.Id, Assert.Single(_pool.Promises).Key);
        _pool.TakeTally();
        return urgent;
    }

    [Fact]
    public void A_promise_for_which_nobody_goes_ends_after_its_time_and_is_made_anew()
    {
        PromiseToUrgent();
        Pass(TimeSpan.FromMinutes(12)); // Two of grace, and ten.
        _pool.PlanClaims();
        Assert.Equal(default, _pool.TakeTally());
        Assert.False(_pool.HasCalledOff);
        Pass(TimeSpan.FromSeconds(1));
        _pool.PlanClaims();
        Assert.Equal((1, 1, 1), (_pool.TakeTally().Evictions.Dropped, _pool.TakeCalledOff().Count, _pool.Promises.Count));
        Assert.False(_pool.HasCalledOff);
    }

    [Fact]
    public void A_reservation_whose_time_has_passed_is_made_anew_after_a_while_and_whoever_fits_meanwhile_starts()
    {
        Submit("long", Specs.Job(workers: 3) with { TimeLimit = TimeSpan.FromHours(1) });
        Submit("waits", Specs.Job(workers: 2));
        Pass(TimeSpan.FromMinutes(2));
        _pool.PlanClaims();
        var at = Assert.Single(_pool.Promises).Value.StartAt;
        _pool.TakeTally();
        Pass(at.AddMinutes(2) - _now);
        _pool.PlanClaims();
        Assert.Equal(0, _pool.TakeTally().Reservations.Dropped);
        Pass(TimeSpan.FromSeconds(1));
        _pool.PlanClaims();
        Assert.Equal((1, 0), (_pool.TakeTally().Reservations.Dropped, _pool.Promises.Count));

        Pass(TimeSpan.FromSeconds(9));
        _pool.PlanClaims();
        Assert.Empty(_pool.Promises);
        var small = Submit("small", Specs.Job());
        Assert.Equal(AttemptStage.Running, small.Stage);

        Pass(TimeSpan.FromSeconds(10));
        _pool.PlanClaims();
        Assert.True(Assert.Single(_pool.Promises).Value.StartAt > at);
    }

    [Fact]
    public void What_is_reserved_for_a_gang_that_its_quota_refuses_by_now_is_for_whoever_fits()
    {
        Submit("long", Specs.Job(workers: 3) with { TimeLimit = TimeSpan.FromHours(1) });
        var waits = Submit("waits", Specs.Job(workers: 4));
        Pass(TimeSpan.FromMinutes(2));
        _pool.PlanClaims();
        Assert.Equal(waits.Id, Assert.Single(_pool.Promises).Key);
        Assert.Equal(AttemptStage.Queued, Submit("small", Specs.Job()).Stage);

        Pass(TimeSpan.FromSeconds(1));
        Assert.Contains(waits, _pool.HeadsToHelp());
        _pool.SeeOutlook(waits.Id, new ChargeOutlook { Now = new QuotaRefusal { Path = new QuotaPath("c/t"), Resource = "gpu", Limit = 32_000, Used = 24_000, Asked = 16_000 } });
        _pool.PlanClaims();
        Assert.Empty(_pool.Promises);
        Assert.Equal("small", Assert.Single(_pool.Plan(100)).Id.Job.Value);
    }

    [Theory]
    [InlineData("r-other", 0)]
    [InlineData(null, 1)]
    public void What_was_promised_is_a_node_and_not_whatever_stands_in_its_slot_later(string? other, int left)
    {
        Submit("long", Specs.Job(workers: 4) with { TimeLimit = TimeSpan.FromHours(1) });
        Submit("waits", Specs.Job());
        Pass(TimeSpan.FromMinutes(2));
        _pool.PlanClaims();
        var slot = Assert.Single(Assert.Single(Assert.Single(_pool.Promises).Value.Target.Racks).Workers).Slot;

        var view = Specs.Rack("r", nodes: 4, version: 2);
        var nodes = other is null ? view.Spec.Nodes : view.Spec.Nodes.SetItem(slot, view.Spec.Nodes[slot] with { Name = new NodeId(other) });
        _pool.SeeRack(view with { Spec = view.Spec with { Nodes = nodes } });
        Assert.Equal(left, _pool.Promises.Count);
        _pool.CheckClaims();
    }

    [Fact]
    public void While_trees_are_asked_nothing_is_reserved_for_whom_nobody_asked_about()
    {
        Submit("long", Specs.Job(workers: 4) with { TimeLimit = TimeSpan.FromHours(1) });
        var (first, second) = (Submit("first", Specs.Job()), Submit("second", Specs.Job(workers: 3)));
        Pass(TimeSpan.FromMinutes(2));
        _pool.SeeOutlook(second.Id, new ChargeOutlook());
        _pool.PlanClaims();
        Assert.Equal(second.Id, Assert.Single(_pool.Promises).Key);

        Pass(TimeSpan.FromSeconds(10));
        _pool.SeeOutlook(first.Id, new ChargeOutlook());
        _pool.PlanClaims();
        Assert.Contains(first.Id, _pool.Promises.Keys);
    }

    [Fact]
    public void A_promise_whose_nodes_are_gone_after_a_restart_is_off()
    {
        PromiseToUrgent();
        var again = new PoolMachine(new PoolId("p"), new PoolLimits());
        again.Restore(_pool.ToSnapshot());
        again.SeeRack(Specs.Rack("r", version: 2, schedulable: 0b0111));
        again.AttachClaims();
        Assert.Empty(again.Promises);
        Assert.Empty(again.WantedEvictions());
        again.CheckClaims();
    }

    [Fact]
    public void Nobody_is_asked_where_nobody_runs()
    {
        var pool = Pool(nodes: 4, schedulable: 0b0011);
        Assert.Null(pool.Enqueue(Specs.Attempt("urgent"), Specs.Job(workers: 3, priority: 900), Specs.Start));
        Assert.Empty(pool.Plan(10));
        pool.PlanClaims();
        Assert.Empty(pool.Promises);
        Assert.Empty(pool.WantedEvictions());
    }

    [Fact]
    public void A_promise_that_waits_for_no_quota_any_more_needs_its_victims_only_for_room()
    {
        var urgent = PromiseToUrgent();
        Assert.True(_pool.Confirm(urgent.Id, new ChargeOutlook()));
        var refusal = new QuotaRefusal { Path = new QuotaPath("c/t"), Resource = "gpu", Limit = 32_000, Used = 32_000, Asked = 32_000 };
        Assert.True(_pool.Confirm(urgent.Id, new ChargeOutlook { Now = refusal }));
        Assert.Equal(urgent.Id, Assert.Single(_pool.ClaimsToConfirm(standing: true)).For);
        Assert.True(_pool.Confirm(urgent.Id, new ChargeOutlook()));
        foreach (var (victim, _) in _pool.WantedEvictions())
        {
            victim.PreemptionAsked = true;
        }

        Assert.Empty(_pool.ClaimsToConfirm(standing: true));
        Assert.False(_pool.Confirm(urgent.Id, new ChargeOutlook { Then = refusal }));
        Assert.Empty(_pool.Promises);
    }

    [Fact]
    public void Levels_thought_full_are_asked_again_whether_or_not_there_was_news()
    {
        var attempt = Submit("a", Specs.Job());
        End(attempt.Id);
        Assert.Null(_pool.Enqueue(Specs.Attempt("b"), Specs.Job(), _now));
        var full = new QuotaRefusal { Path = new QuotaPath("c/t"), Resource = "gpu", Limit = 8000, Used = 4000, Asked = 8000 };
        _pool.Abort(Assert.Single(_pool.Plan(1)).Ref, full);
        Assert.Null(_pool.Enqueue(Specs.Attempt("as-large"), Specs.Job() with { User = "v" }, _now));
        Assert.Empty(_pool.Plan(5));
        _pool.AskQuotaAgain();
        Assert.Equal(["as-large", "b"], _pool.Plan(5).Select(a => a.Id.Job.Value).Order());
    }

    [Fact]
    public void What_ran_teaches_how_long_the_like_of_it_is_expected_to_run()
    {
        TimeSpan Expected(string job)
        {
            Assert.Null(_pool.Enqueue(Specs.Attempt(job), Specs.Job(workers: 9, user: "quick"), _now));
            var expected = _pool.FindJob(new JobId(job))!.ExpectedAtMost!.Value;
            _pool.End(Specs.Attempt(job));
            return expected;
        }

        var before = Expected("first");
        for (var i = 0; i < 60; i++)
        {
            var run = Submit($"j{i}", Specs.Job(workers: 4, user: "quick"));
            Pass(TimeSpan.FromSeconds(20));
            End(run.Id);
        }

        Assert.True(Expected("last") < TimeSpan.FromMinutes(5) && Expected("last") < before, $"{before}, then {Expected("last")}");
        var service = Specs.Job() with { Origin = new JobOrigin { Set = new JobId("svc"), Kind = OriginKind.Replica, Index = 0 } };
        Assert.Null(Submit("svc-0", service).ExpectedAtMost);
    }

    [Fact]
    public void A_job_that_comes_back_brings_how_long_it_ran_and_whether_it_gave_way_and_one_that_ends_is_forgotten()
    {
        var first = Submit("a", Specs.Job(workers: 4));
        Pass(TimeSpan.FromMinutes(10));
        End(first.Id, comesBack: true);
        var second = Submit("a", Specs.Job(workers: 4), attempt: 2);
        var record = Assert.Single(_pool.ToSnapshot().Attempts);
        Assert.Equal((600.0, 0, 0L), (record.RanBefore, record.GaveWay, record.Batch));
        Pass(TimeSpan.FromMinutes(30));
        Submit("urgent", Specs.Job(workers: 4, priority: 500));
        _pool.PlanClaims();
        Assert.Equal(second.Id, Assert.Single(_pool.WantedEvictions()).Victim.Id);
        End(second.Id, comesBack: true);
        var earlier = Assert.Single(_pool.ToSnapshot().EarlierRuns);
        Assert.Equal(("a", 2400.0, 1), (earlier.Job.Value, earlier.Seconds, earlier.GaveWay));
        Assert.True(_pool.Commit(Assert.Single(_pool.Plan(1)).Ref));
        End(Specs.Attempt("urgent"));
        var third = Submit("a", Specs.Job(workers: 4), attempt: 3);
        Assert.Equal((2400.0, 1), (Assert.Single(_pool.ToSnapshot().Attempts).RanBefore, _pool.ToSnapshot().Attempts[0].GaveWay));
        var restored = new PoolMachine(new PoolId("p"), new PoolLimits());
        restored.Restore(_pool.ToSnapshot());
        Assert.Single(restored.ToSnapshot().EarlierRuns);
        End(third.Id);
        Assert.Empty(_pool.ToSnapshot().EarlierRuns);
    }

    [Fact]
    public void Jobs_that_come_together_are_of_one_batch()
    {
        Submit("a", Specs.Job(workers: 9));
        Submit("b", Specs.Job(workers: 9));
        var batches = _pool.ToSnapshot().Attempts.Select(a => a.Batch).ToList();
        Assert.Equal(batches[0], batches[1]);
        Assert.NotEqual(0, batches[0]);
    }

    [Fact]
    public void Those_ahead_put_off_the_start_that_is_expected_and_when_they_leave_it_is_as_before()
    {
        Submit("runs", Specs.Job(workers: 4) with { TimeLimit = TimeSpan.FromHours(1) });
        Submit("waits", Specs.Job(workers: 4));
        DateTimeOffset Expected() => _pool.Explain(new JobId("waits"), _ => true)!.StartEstimate!.P50;
        var before = Expected();
        Submit("ahead", Specs.Job(workers: 4, priority: 9));
        Submit("ahead-2", Specs.Job(workers: 4, priority: 9));
        Assert.True(Expected() > before.AddMinutes(1), $"{before}, then {Expected()}");
        foreach (var job in new[] { "ahead", "ahead-2" })
        {
            _pool.End(Specs.Attempt(job));
        }

        Assert.InRange(Expected(), before.AddSeconds(-1), before.AddSeconds(1));
    }

    [Fact]
    public void Whoever_is_over_is_in_nobodys_way_before_it_has_given_back_what_it_had()
    {
        var gone = Submit("gone", Specs.Job(workers: 2) with { TimeLimit = TimeSpan.FromMinutes(1) });
        Submit("stays", Specs.Job(workers: 2) with { TimeLimit = TimeSpan.FromHours(50) });
        Submit("waits", Specs.Job(workers: 2));
        _pool.End(gone.Id);
        Pass(TimeSpan.FromMinutes(2));
        Assert.Equal(["stays"], _pool.Explain(new JobId("waits"), _ => true)!.Blockers.Select(b => b.Job.Value));
    }

    [Fact]
    public void Where_a_service_makes_room_the_start_is_expected_when_it_must_be_gone()
    {
        // Jobs of its kind take 20 seconds: a service goes on nevertheless.
        for (var i = 0; i < 40; i++)
        {
            var run = Submit($"j{i}", Specs.Job(workers: 4));
            Pass(TimeSpan.FromSeconds(20));
            End(run.Id);
        }

        Submit("svc-0", Specs.Job(workers: 4) with { Origin = new JobOrigin { Set = new JobId("svc"), Kind = OriginKind.Replica, Index = 0 } });
        Pass(TimeSpan.FromHours(1));
        Submit("urgent", Specs.Job(workers: 4, priority: 500));
        _pool.PlanClaims();
        var why = _pool.Explain(new JobId("urgent"), _ => true)!;
        Assert.Equal((why.Promise!.StartAt, why.Promise.StartAt), (why.StartEstimate!.P50, why.StartEstimate.P90));
    }

    [Fact]
    public void Only_levels_with_a_weight_or_something_owed_are_told_to_pools_and_a_stretch_of_history_ends_with_its_last_entry()
    {
        QuotaLevelState Level(string path, QuotaSpec spec) => new() { Path = new QuotaPath(path), Spec = spec };
        ImmutableArray<ResourceAmount> gpus = [new ResourceAmount("gpu", 8)];
        var levels = CohortLevels.Of("c", 3, [Level("c/a", new QuotaSpec { Limit = gpus }), Level("c/b", new QuotaSpec { Weight = 2 }), Level("c/d", new QuotaSpec { Nominal = gpus })]);
        Assert.Equal(["c/b 2 0", "c/d 1 1"], levels.Levels.Select(l => $"{l.Path} {l.Weight} {l.Nominal.Length}"));
        var entries = _pool.TakeEntries();
        Assert.Equal(5 + entries.Count, new PoolHistory { Pool = new PoolId("p"), Position = 5, Entries = [.. entries] }.End);
    }
}
