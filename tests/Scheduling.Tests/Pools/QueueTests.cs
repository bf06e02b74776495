using Scheduling.Model;
using Scheduling.Pools;
using Scheduling.Quotas;

namespace Scheduling.Tests.Pools;

/// <summary>Who is next, how many are before it, and that nobody is forgotten however many wait.</summary>
public sealed class QueueTests
{
    private static PoolMachine Pool(PoolPolicy? policy = null, params RackView[] racks)
    {
        var pool = new PoolMachine(new PoolId("p"), new PoolLimits(), policy);
        pool.BeginEpoch();
        pool.Advance(Specs.Start);
        foreach (var rack in racks)
        {
            Assert.True(pool.SeeRack(rack));
        }

        return pool;
    }

    private static void Enqueue(PoolMachine pool, string job, JobSpec spec, int second = 0) =>
        Assert.Null(pool.Enqueue(Specs.Attempt(job), spec, Specs.Start.AddSeconds(second)));

    private static void End(PoolMachine pool, AttemptId attempt) => pool.EndAndFree(attempt);

    private static long PositionOf(PoolMachine pool, PoolAttempt attempt) => pool.Explain(attempt.Id.Job, _ => true)!.Position!.Value;

    private static List<PoolAttempt> Waiting(PoolMachine pool) => [.. pool.AttemptsAfter(null).Where(a => a.Stage == AttemptStage.Queued)];

    private static readonly string[] Accounts = ["c/t/ann", "c/t/bob", "c/t/eve", "c/t/mia"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void The_place_that_is_told_is_the_turn_that_it_gets_whatever_happened_before(int seed)
    {
        var random = new Random(seed);
        var pool = Pool(null, Specs.Rack("r", nodes: 12));
        var now = Specs.Start;
        for (var step = 0; step < 150; step++)
        {
            if (random.Next(3) == 0)
            {
                now = now.AddMinutes(random.Next(200));
                pool.Advance(now);
            }

            var job = $"j{random.Next(60)}";
            if (pool.FindJob(new JobId(job)) is { } known)
            {
                End(pool, known.Id);
            }
            else
            {
                var spec = Specs.Job(random.Next(1, 3), random.Next(1, 9), priority: random.Next(3)) with { Quota = new QuotaPath(Accounts[random.Next(Accounts.Length)]) };
                Assert.Null(pool.Enqueue(Specs.Attempt(job), spec, now.AddMinutes(-random.Next(60))));
            }

            if (random.Next(4) > 0)
            {
                continue;
            }

            var waiting = Waiting(pool);
            Assert.Equal(Enumerable.Range(1, waiting.Count).Select(i => (long)i), waiting.Select(a => PositionOf(pool, a)).Order());
            var order = waiting.OrderBy(a => PositionOf(pool, a)).ToList();
            Assert.Equal(order.OrderByDescending(a => a.EffectivePriority), order);
            Assert.All(order.Skip(1), a => Assert.Equal(order[0].Id.Job, pool.Explain(a.Id.Job, _ => true)!.Ahead[0].Job));
            Assert.All(order.GroupBy(a => (a.EffectivePriority, a.Spec.Quota)), same => Assert.Equal(same.Order(QueueOrder.Instance), same));
            foreach (var planned in pool.Plan(random.Next(1, 3)).Take(1))
            {
                // Those before it do not fit.
                Assert.All(order.TakeWhile(o => o != planned && o.Stage == AttemptStage.Queued), o => Assert.False(pool.HasRoom(o), $"{o.Id} has room and stands before {planned.Id}"));
            }

            foreach (var placing in pool.AttemptsAfter(null).Where(a => a.Stage == AttemptStage.Placing).ToList())
            {
                if (random.Next(4) == 0)
                {
                    pool.Abort(placing.Ref, null);
                }
                else
                {
                    Assert.True(pool.Commit(placing.Ref));
                }
            }
        }
    }

    [Fact]
    public void Each_account_is_looked_at_by_its_own_first_attempt_and_a_parent_among_its_children()
    {
        var pool = Pool(null, Specs.Rack("r"));
        Enqueue(pool, "child-late", Specs.Job() with { Quota = new QuotaPath("c/t/ann") }, second: 3);
        Enqueue(pool, "parent", Specs.Job() with { Quota = new QuotaPath("c/t") }, second: 2);
        Enqueue(pool, "child-early", Specs.Job() with { Quota = new QuotaPath("c/t/bob") }, second: 1);
        Assert.Equal("child-early", Assert.Single(pool.Plan(1)).Id.Job.Value);
    }

    [Fact]
    public void However_many_accounts_a_level_refused_each_has_its_turn_some_day()
    {
        const int Users = 100;
        var pool = Pool(null, Specs.Rack("r", nodes: 16));
        var level = new QuotaPath("c/t");
        for (var i = 0; i < Users; i++)
        {
            Enqueue(pool, $"j{i:D3}", Specs.Job(gpus: 1, user: $"u{i:D3}") with { Quota = level }, second: i);
        }

        Assert.Equal(Users, RefuseAll(pool, level).Count);
        Assert.Equal([level], pool.FullQuotaLevels);
        HashSet<AttemptId> tried = [];
        var rounds = 0;
        while (tried.Count < Users)
        {
            Assert.True(++rounds < 20, $"{tried.Count} of {Users} after {rounds} rounds");
            pool.QuotaFreed(level);
            var now = RefuseAll(pool, level);
            Assert.InRange(now.Count, 16, Users - 1);
            Assert.Contains(Specs.Attempt("j000"), now);
            tried.UnionWith(now);
        }

        // And when nobody is refused any more, all start.
        pool.QuotaFreed(level);
        var started = new List<AttemptId>();
        for (var plan = pool.Plan(1000); plan.Count > 0; plan = pool.Plan(1000))
        {
            started.AddRange(plan.Select(a => a.Id));
        }

        Assert.Equal(Users, started.Count);
        Assert.Equal(0, pool.Pending);
        Assert.Empty(pool.FullQuotaLevels);
    }

    /// <summary>Plans once, and the quota refuses them all, each for itself.</summary>
    private static List<AttemptId> RefuseAll(PoolMachine pool, QuotaPath level)
    {
        var planned = pool.Plan(1000).ToList();
        foreach (var attempt in planned)
        {
            pool.Abort(attempt.Ref, new QuotaRefusal { Path = level, Resource = "gpu", Limit = 1000, Used = 1000, Asked = 1000, OthersMayFit = true });
        }

        return [.. planned.Select(a => a.Id)];
    }

    [Fact]
    public void A_small_gang_behind_many_larger_ones_gets_what_becomes_free()
    {
        var pool = Pool(null, Specs.Rack("r", nodes: 64), Specs.Rack("s", nodes: 64));
        Enqueue(pool, "all", Specs.Job(workers: 127));
        Enqueue(pool, "one", Specs.Job());
        foreach (var planned in pool.Plan(10))
        {
            Assert.True(pool.Commit(planned.Ref));
        }

        for (var workers = 2; workers <= 100; workers++)
        {
            Enqueue(pool, $"big-{workers:D3}", Specs.Job(workers), second: workers);
        }

        Enqueue(pool, "small", Specs.Job(), second: 1000);
        Assert.Empty(pool.Plan(10));
        End(pool, Specs.Attempt("one"));
        Assert.Equal("small", Assert.Single(pool.Plan(10)).Id.Job.Value);
    }

    [Fact]
    public void Of_many_that_would_fit_again_the_first_in_order_go_first_and_all_get_their_turn()
    {
        var pool = Pool(null, Specs.Rack("r", nodes: 64));
        Enqueue(pool, "all", Specs.Job(workers: 64));
        Assert.True(pool.Commit(Assert.Single(pool.Plan(10)).Ref));
        for (var i = 0; i < 60; i++)
        {
            Enqueue(pool, $"j{i:D2}", Specs.Job(user: $"u{i:D2}") with { Quota = new QuotaPath("c/t") }, second: i);
        }

        Assert.Empty(pool.Plan(100));
        End(pool, Specs.Attempt("all"));
        Assert.Equal(Enumerable.Range(0, 4).Select(i => $"j{i:D2}"), pool.Plan(4).Select(a => a.Id.Job.Value));
        var started = 4;
        for (var planned = pool.Plan(100); planned.Count > 0; planned = pool.Plan(100))
        {
            started += planned.Count;
        }

        Assert.Equal(60, started);
    }

    [Fact]
    public void Gangs_that_differ_in_what_they_need_are_woken_only_for_what_they_need()
    {
        var pool = Pool(null, Specs.Rack("r", nodes: 1), Specs.Rack("cpu", nodes: 1, gpus: 0));
        var cpu = Specs.Job(gpus: 0) with { Roles = [new RoleSpec { Name = "w", Count = 1, Shape = new WorkerShape { CpuMilli = 96_000, MemoryMiB = 0, Gpus = 0 } }] };
        Enqueue(pool, "gpus", Specs.Job());
        Enqueue(pool, "cores", cpu);
        Assert.Equal(2, pool.Plan(10).Count(a => pool.Commit(a.Ref)));
        Enqueue(pool, "gpus-2", Specs.Job(), second: 1);
        Enqueue(pool, "half", Specs.Job(gpus: 1, gpuMilli: 500), second: 2);
        Enqueue(pool, "cores-2", cpu, second: 3);
        Assert.Empty(pool.Plan(10));
        End(pool, Specs.Attempt("cores"));
        Assert.Equal(["cores-2"], pool.Plan(10).Select(a => a.Id.Job.Value));
        End(pool, Specs.Attempt("gpus"));
        Assert.Equal(["half"], pool.Plan(10).Select(a => a.Id.Job.Value)); // The smaller goes first, and then there is no whole node.
        pool.Commit(pool.FindJob(new JobId("half"))!.Ref);
        End(pool, Specs.Attempt("half"));
        Assert.Equal(["gpus-2"], pool.Plan(10).Select(a => a.Id.Job.Value));
    }

    [Fact]
    public void The_head_of_a_group_that_waits_can_leave_and_its_like_go_on_waiting_for_the_same()
    {
        var pool = Pool(null, Specs.Rack("r", nodes: 1));
        Enqueue(pool, "runs", Specs.Job());
        Assert.True(pool.Commit(Assert.Single(pool.Plan(1)).Ref));
        foreach (var (job, second) in new[] { ("a", 1), ("b", 2), ("c", 3) })
        {
            Enqueue(pool, job, Specs.Job(), second);
        }

        Assert.Empty(pool.Plan(10));
        End(pool, Specs.Attempt("a"));
        Enqueue(pool, "first", Specs.Job());
        Assert.Empty(pool.Plan(10));
        End(pool, Specs.Attempt("runs"));
        Assert.Equal(["first"], pool.Plan(10).Select(a => a.Id.Job.Value));
        pool.Abort(pool.FindJob(new JobId("first"))!.Ref, new QuotaRefusal { Path = new QuotaPath("c/t"), Resource = "gpu", Limit = 8000, Used = 8000, Asked = 8000 });
        End(pool, Specs.Attempt("first"));
        Assert.Empty(pool.Plan(10));
        Assert.Equal(2, pool.Pending);
        pool.QuotaFreed(new QuotaPath("c/t"));
        Assert.Equal(["b"], pool.Plan(10).Select(a => a.Id.Job.Value));
    }

    [Fact]
    public void Attempts_are_listed_job_by_job_after_any_job()
    {
        var pool = Pool();
        foreach (var job in new[] { "b", "a", "d" })
        {
            Enqueue(pool, job, Specs.Job());
        }

        string List(string? after) => string.Join(' ', pool.AttemptsAfter(after is null ? null : new JobId(after)).Select(a => a.Id.Job.Value));
        Assert.Equal(("a b d", "b d", "d", "d", ""), (List(null), List("a"), List("b"), List("c"), List("d")));
        Assert.Equal(("", "", ""), (List("e"), string.Concat(Pool().AttemptsAfter(new JobId("a")).Select(a => a.Id)), string.Concat(Pool().AttemptsAfter(null).Select(a => a.Id))));
    }

    [Fact]
    public void A_tenant_that_waits_no_more_may_wait_again()
    {
        var pool = new PoolMachine(new PoolId("p"), new PoolLimits { MaxPendingPerTenant = 1 });
        Enqueue(pool, "a", Specs.Job());
        Assert.Equal((1, 0), (pool.CountPending(new TenantId("t")), pool.CountPending(new TenantId("x"))));
        Assert.NotNull(pool.Enqueue(Specs.Attempt("b"), Specs.Job(), Specs.Start));
        pool.End(Specs.Attempt("a"));
        Assert.Equal(0, pool.CountPending(new TenantId("t")));
        Enqueue(pool, "b", Specs.Job());
    }

    [Fact]
    public void No_more_are_placed_at_once_than_a_pool_takes_on()
    {
        var pool = new PoolMachine(new PoolId("p"), new PoolLimits { MaxPlacing = 2 });
        pool.BeginEpoch();
        pool.SeeRack(Specs.Rack("r"));
        for (var i = 0; i < 4; i++)
        {
            Enqueue(pool, $"j{i}", Specs.Job(), second: i);
        }

        Assert.Equal(["j0", "j1"], pool.Plan(10).Select(a => a.Id.Job.Value));
        Assert.Empty(pool.Plan(10));
        pool.Commit(pool.FindJob(new JobId("j0"))!.Ref);
        Assert.Equal(["j2"], pool.Plan(10).Select(a => a.Id.Job.Value));
    }

    [Fact]
    public void Where_nothing_can_change_a_pass_leaves_no_trace()
    {
        var pool = Pool(null, Specs.Rack("r", nodes: 1));
        Enqueue(pool, "a", Specs.Job(workers: 1));
        Enqueue(pool, "b", Specs.Job(workers: 1), second: 1);
        Assert.Equal(["a"], pool.Plan(10).Select(a => a.Id.Job.Value));
        pool.TakeEntries();
        Assert.Empty(pool.Plan(10));
        Assert.Empty(pool.Plan(10));
        Assert.Empty(pool.TakeEntries());
        pool.QuotaFreed(new QuotaPath("c/t"));
        pool.AskQuotaAgain();
        Assert.Empty(pool.TakeEntries());
    }
}
