using System.Collections.Immutable;
using Scheduling.Model;
using Scheduling.Pools;
using Scheduling.Preemption;
using Scheduling.Quotas;

namespace Scheduling.Tests.Pools;

/// <summary>A pool with a real quota tree beside it: what is lent, called back and given back.</summary>
public sealed class ReclaimTests
{
    private readonly QuotaTree _tree = new("c");
    private PoolMachine _pool = Pool(Specs.Rack("r", nodes: 4));
    private DateTimeOffset _now = Specs.Start;

    private static PoolMachine Pool(params RackView[] racks)
    {
        var pool = new PoolMachine(new PoolId("p"), new PoolLimits());
        pool.BeginEpoch();
        pool.Advance(Specs.Start);
        foreach (var rack in racks)
        {
            pool.SeeRack(rack);
        }

        return pool;
    }

    private static ImmutableArray<ResourceAmount> Gpus(int gpus) => [new ResourceAmount(ResourceNames.Gpu, gpus * 1000L)];

    private void Set(string path, QuotaSpec spec)
    {
        _tree.Apply(Assert.IsType<SpecDecision.Change>(_tree.DecideSpec(new QuotaPath(path), spec, _tree.Version, _now)).Entry);
        _pool.SetLevels(CohortLevels.Of("c", _tree.Version, _tree.Settings));
    }

    private void Owe(string path, int gpus) => Set(path, new QuotaSpec { Nominal = Gpus(gpus) });

    private void Pass(TimeSpan time)
    {
        _now += time;
        _pool.Advance(_now);
    }

    private static JobSpec Of(string team, int nodes = 1, int priority = 0) => Specs.Job(workers: nodes, priority: priority, tenant: team);

    private void Submit(string job, JobSpec spec)
    {
        Assert.Null(_pool.Enqueue(Specs.Attempt(job), spec, _now));
        Start();
    }

    /// <summary>Carries all that can be planned to its charge, and starts it or queues it again; answers who started.</summary>
    private string[] Start()
    {
        var started = new List<string>();
        while (_pool.Plan(100) is { Count: > 0 } planned)
        {
            foreach (var attempt in planned)
            {
                var charge = new QuotaCharge { Attempt = attempt.Id, Path = attempt.Spec.Quota, Amounts = attempt.Amounts, Plan = attempt.Plan, User = "u", Priority = attempt.Spec.Priority };
                switch (_tree.DecideCharge(charge, _now))
                {
                    case ChargeDecision.Refuse { Refusal: var refusal }:
                        if (refusal.Owed)
                        {
                            Assert.True(_tree.Earmark(charge, _now.AddMinutes(1)));
                        }

                        _tree.Apply(_tree.DecideRefund(attempt.Ref, _now)!);
                        _pool.Abort(attempt.Ref, refusal);
                        break;
                    case ChargeDecision.Change change:
                        _tree.Apply(change.Entry);
                        Assert.True(_pool.Commit(attempt.Ref));
                        started.Add(attempt.Id.Job.Value);
                        break;
                }
            }
        }

        _tree.CheckInvariants();
        _pool.CheckClaims();
        return [.. started];
    }

    private void End(string job)
    {
        _pool.End(Specs.Attempt(job));
        foreach (var over in _pool.TakeFreeing())
        {
            _tree.Apply(_tree.DecideRefund(over.Ref, _now)!);
            _pool.Free(over.Ref);
            for (QuotaPath? path = over.Spec.Quota; path is { } level; path = level.Parent)
            {
                _pool.QuotaFreed(level);
            }
        }
    }

    /// <summary>What the pool's grain does: asks the tree, plans promises, and asks the tree whether they pay.</summary>
    private string[] Reclaim()
    {
        foreach (var head in _pool.HeadsToHelp())
        {
            _pool.SeeOutlook(head.Id, _tree.Foresee(_pool.ChargeOf(head), [], _now));
        }

        foreach (var asked in _pool.WhoMayBorrow())
        {
            _pool.SeeBorrowing(asked, asked.Select(a => a.Id).Where(_tree.IsBorrowing).ToHashSet());
        }

        _pool.PlanClaims();
        Confirm();
        return Evicted();
    }

    private void Confirm()
    {
        foreach (var claim in _pool.ClaimsToConfirm(standing: true))
        {
            var charge = _pool.ChargeOf(_pool.Find(claim.For)!);
            var outlook = _tree.Foresee(charge, _pool.GoneFor(claim), _now);
            if (outlook is { Now: not null, Then: null })
            {
                _tree.Earmark(charge, _now.AddMinutes(1));
            }

            _pool.Confirm(claim.For, outlook);
        }
    }

    private string[] Evicted() => [.. _pool.WantedEvictions().Select(w => w.Victim.Id.Job.Value).Order()];

    private AttemptStage StageOf(string job) => _pool.FindJob(new JobId(job))!.Stage;

    [Fact]
    public void An_owner_gets_back_what_it_lent_although_there_is_room_already()
    {
        Owe("c", 24);
        Owe("c/owner", 16);
        Owe("c/other", 8);
        Submit("o1", Of("other"));
        Submit("o2", Of("other"));
        Submit("o3", Of("other"));
        Pass(TimeSpan.FromHours(1));

        // The fourth node is idle: it is quota that is missing.
        Submit("owner", Of("owner"));
        Assert.Equal(AttemptStage.Queued, StageOf("owner"));
        var evicted = Assert.Single(Reclaim());

        // It waits for what was promised, and does not try in vain until then.
        Pass(TimeSpan.FromSeconds(5));
        _pool.QuotaFreed(new QuotaPath("c"));
        Assert.Empty(Start());
        Assert.Equal([evicted], Evicted());
        End(evicted);
        Assert.Equal(["owner"], Start());
        Assert.Empty(_pool.Promises);
    }

    [Fact]
    public void What_is_owed_to_a_gang_that_leaves_is_called_back_for_the_next_of_its_like()
    {
        Owe("c", 24);
        Owe("c/owner", 16);
        Owe("c/other", 8);
        Submit("o1", Of("other"));
        Submit("o2", Of("other"));
        Submit("o3", Of("other"));
        Pass(TimeSpan.FromHours(1));
        Submit("first", Of("owner"));
        Submit("second", Of("owner"));
        End("first");
        var evicted = Reclaim();
        Assert.Equal(new JobId("second"), Assert.Single(_pool.Promises).Key.Job);
        Array.ForEach(evicted, End);
        Assert.Equal(["second"], Start());

        // Nobody waits: there is nothing to look at, whatever happens.
        _pool.ReviewClaims();
        Pass(TimeSpan.FromHours(1));
        Assert.False(_pool.ClaimsDue);
    }

    [Fact]
    public void Borrowers_give_back_room_and_quota_at_once_and_no_more_than_is_needed()
    {
        Owe("c", 32);
        Owe("c/owner", 16);
        Submit("b1", Of("beggars"));
        Submit("b2", Of("beggars"));
        Submit("b3", Of("beggars"));
        Submit("b4", Of("beggars", priority: 900));
        Pass(TimeSpan.FromHours(1));
        Submit("owner", Of("owner", nodes: 2));
        var evicted = Reclaim();
        Assert.Equal(2, evicted.Length);
        Array.ForEach(evicted, End);
        Assert.Equal(["owner"], Start());
    }

    [Fact]
    public void Freed_quota_goes_to_whom_it_was_freed_for_and_nobody_is_evicted_twice_for_it_kueue_3779_and_13797()
    {
        Owe("c", 32);
        Owe("c/owner", 32);
        for (var i = 1; i <= 4; i++)
        {
            Submit($"b{i}", Of("beggars"));
        }

        Pass(TimeSpan.FromHours(1));
        Submit("owner", Of("owner", nodes: 2));
        var evicted = Reclaim();
        Assert.Equal(2, evicted.Length);
        End(evicted[0]);

        // The evicted one is back, and another with it; both would like what was freed, on the other account too.
        Assert.Null(_pool.Enqueue(Specs.Attempt(evicted[0], 2), Of("beggars"), Specs.Start));
        Submit("thief", Of("thieves"));
        Assert.Equal(AttemptStage.Queued, StageOf("thief"));
        Assert.Equal([evicted[1]], Reclaim());
        End(evicted[1]);
        Assert.Equal(["owner"], Start());
        Pass(TimeSpan.FromMinutes(1));
        Assert.Empty(Reclaim());
        Assert.Equal(2, _pool.Running - 1);
    }

    [Fact]
    public void What_leaves_for_one_is_not_asked_for_again_by_the_next()
    {
        Owe("c", 32);
        Owe("c/owner", 32);
        for (var i = 1; i <= 4; i++)
        {
            Submit($"b{i}", Of("beggars"));
        }

        Pass(TimeSpan.FromHours(1));
        Submit("owner", Of("owner", nodes: 2));
        var first = Reclaim();
        Assert.Equal(2, first.Length);
        Pass(TimeSpan.FromSeconds(5));
        Submit("urgent", Of("beggars", priority: 900));
        Assert.Equal(3, Reclaim().Length);
        Array.ForEach(Evicted(), End);
        Assert.Equal(["owner", "urgent"], Start().Order());
    }

    [Fact]
    public void One_that_is_refused_while_its_like_finds_no_room_is_not_tried_again_at_once()
    {
        Set("c/t", new QuotaSpec { Limit = Gpus(8) });
        Submit("others", Of("x", nodes: 2));
        Submit("own", Of("t"));
        Assert.Null(_pool.Enqueue(Specs.Attempt("first"), Of("t"), _now));
        Assert.Null(_pool.Enqueue(Specs.Attempt("second"), Of("t"), _now.AddSeconds(1)));
        var refused = Assert.Single(_pool.Plan(100));
        _pool.Abort(refused.Ref, new QuotaRefusal { Path = new QuotaPath("c/t"), Resource = "gpu", Limit = 8000, Used = 8000, Asked = 8000, OthersMayFit = true });
        Assert.Empty(_pool.Plan(100));
    }

    [Fact]
    public void Only_a_branch_that_borrows_is_asked_in_a_tree_of_three_levels_volcano_4817()
    {
        Owe("c", 32);
        Owe("c/a", 16);
        Owe("c/b", 16);
        Owe("c/b/within", 8);
        Submit("within", Of("b") with { Quota = new QuotaPath("c/b/within"), User = "within" });
        Submit("beyond-1", Of("b") with { Quota = new QuotaPath("c/b/beyond"), User = "beyond", Priority = 900 });
        Submit("beyond-2", Of("b") with { Quota = new QuotaPath("c/b/beyond"), User = "beyond", Priority = 900 });
        Submit("own", Of("a"));
        Pass(TimeSpan.FromHours(1));
        Submit("owner", Of("a"));

        // Branch b borrows 8: within's are its own, however low its priority is.
        Assert.StartsWith("beyond", Assert.Single(Reclaim()), StringComparison.Ordinal);
    }

    [Fact]
    public void Nobody_is_asked_when_what_is_borrowed_would_not_be_enough_or_the_owner_is_beyond_what_it_is_owed()
    {
        Owe("c", 32);
        Owe("c/owner", 16);
        Owe("c/other", 16);
        Submit("own", Of("owner"));
        Submit("o1", Of("other", nodes: 3));
        Pass(TimeSpan.FromHours(1));
        Submit("too-much", Of("owner", nodes: 2));
        Assert.Empty(Reclaim());
        Assert.Empty(_pool.Promises);
    }

    [Fact]
    public void A_gang_of_high_priority_evicts_nobody_where_its_own_limit_stands_in_the_way_kueue_3779()
    {
        Set("c/rich", new QuotaSpec { Limit = Gpus(8) });
        Submit("own", Of("rich", priority: 900));
        Submit("low", Of("poor", nodes: 3));
        Pass(TimeSpan.FromHours(1));
        Submit("urgent", Of("rich", priority: 900));
        Assert.Empty(Reclaim());
        Pass(TimeSpan.FromMinutes(1));
        Assert.Empty(Reclaim());
        Assert.Empty(_pool.Promises);
        Assert.Equal("WaitingForQuota", _pool.Explain(new JobId("urgent"), _ => true)!.Reason);
    }

    [Fact]
    public void A_promise_that_its_quota_does_not_agree_to_is_off_before_anybody_is_asked()
    {
        Submit("low", Of("poor", nodes: 4));
        Pass(TimeSpan.FromHours(1));
        Submit("urgent", Of("rich", priority: 900));
        _pool.PlanClaims();
        Assert.Equal(["low"], Evicted());

        // Meanwhile a limit was set.
        Set("c/rich", new QuotaSpec { Limit = Gpus(4) });
        Confirm();
        Assert.Empty(Evicted());
        Assert.Equal(AttemptStage.Running, StageOf("low"));
        Assert.Equal("ExceedsMaxQuota", _pool.Explain(new JobId("urgent"), _ => true)!.Reason);
    }

    [Fact]
    public void Within_a_limit_the_urgent_replaces_the_less_urgent_of_its_own_account()
    {
        Set("c/t", new QuotaSpec { Limit = Gpus(16) });
        Submit("a", Of("t"));
        Submit("b", Of("t"));
        Submit("others", Of("x", nodes: 2));
        Pass(TimeSpan.FromHours(1));
        Submit("urgent", Of("t", priority: 900));
        var evicted = Assert.Single(Reclaim());
        Assert.Contains(evicted, new[] { "a", "b" });
        End(evicted);
        Assert.Equal(["urgent"], Start());
    }

    [Fact]
    public void What_was_lent_is_called_back_as_well_after_a_restart_and_from_nobody_else()
    {
        Owe("c", 24);
        Owe("c/owner", 24);
        Submit("b1", Of("beggars", nodes: 3));
        Pass(TimeSpan.FromHours(1));
        Submit("owner", Of("owner"));
        Assert.Equal(["b1"], Reclaim());
        var again = new PoolMachine(new PoolId("p"), new PoolLimits());
        again.Restore(_pool.ToSnapshot());
        again.SeeRack(Specs.Rack("r", nodes: 4, version: 2));
        again.Advance(_now);
        again.AttachClaims();
        _pool = again;
        Assert.Empty(Start());
        Assert.Equal(["b1"], Evicted());
        Confirm();
        End("b1");
        Assert.Equal(["owner"], Start());
    }

    [Fact]
    public void An_owner_who_leaves_lets_go_of_what_was_kept_for_it()
    {
        Owe("c", 32);
        Owe("c/owner", 32);
        Submit("b1", Of("beggars", nodes: 4));
        Pass(TimeSpan.FromHours(1));
        Submit("owner", Of("owner"));
        Assert.Equal(["b1"], Reclaim());
        _pool.End(Specs.Attempt("owner"));
        Assert.Equal("owner", Assert.Single(_pool.TakeLetGo()).Id.Job.Value);
        Assert.Empty(Evicted());
        Assert.Single(_pool.TakeCalledOff());
    }

    [Fact]
    public void A_borrower_is_not_taken_below_what_it_is_owed_but_for_the_rest_of_one_gang()
    {
        Owe("c", 32);
        Owe("c/owner", 16);
        Owe("c/x", 8);
        Owe("c/y", 8);
        Submit("x1", Of("x"));
        Submit("x2", Of("x"));
        Submit("y1", Of("y"));
        Submit("y2", Of("y"));
        Pass(TimeSpan.FromHours(1));
        Submit("owner", Of("owner", nodes: 2));
        Assert.Equal(["x", "y"], Reclaim().Select(j => j[..1]));
    }
}
