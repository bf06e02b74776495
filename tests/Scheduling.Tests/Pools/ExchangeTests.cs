using Scheduling.Model;
using Scheduling.Pools;
using Scheduling.Preemption;

namespace Scheduling.Tests.Pools;

/// <summary>Gangs that hold a part of what they need by reservation start as soon as all that is held and free is enough for one of them (I12).</summary>
public sealed class ExchangeTests
{
    private static readonly PoolPolicy NoEvictions = new() { Preemption = false };

    private DateTimeOffset _now = Specs.Start;
    private PoolMachine _pool = Pool(4);

    private static PoolMachine Pool(params int[] nodes)
    {
        var pool = new PoolMachine(new PoolId("p"), new PoolLimits(), NoEvictions);
        pool.BeginEpoch();
        pool.Advance(Specs.Start);
        for (var i = 0; i < nodes.Length; i++)
        {
            pool.SeeRack(Specs.Rack($"r{i}", nodes[i]));
        }

        return pool;
    }

    [Fact]
    public void A_gang_starts_on_what_is_reserved_for_it_and_what_came_free_elsewhere()
    {
        ReserveTheTwoOfThreeThatComeFreeFirst();
        Assert.Equal([1, 2], Slots("gang"));
        End("short");
        Assert.Empty(Start());
        End("long");
        Assert.Equal(["gang"], Start());
        Assert.Empty(_pool.Promises);
    }

    [Theory]
    [InlineData("first", "second")]
    [InlineData("second", "first")]
    public void Of_two_gangs_that_each_hold_half_of_what_both_need_the_first_in_order_gets_both(string reservedFirst, string reservedThen)
    {
        _pool = Pool(3);
        Run("gone", hours: 1);
        Run("both-wait", hours: 10, workers: 2);
        End("gone");
        Submit(reservedFirst, Gang(reservedFirst));
        Reserve();

        // One node more, and work on it.
        Assert.Null(_pool.Enqueue(Specs.Attempt("single"), Specs.Job(priority: 900) with { TimeLimit = TimeSpan.FromHours(5) }, _now));
        _pool.SeeRack(Specs.Rack("r0", 4, version: 2));
        Assert.Equal(["single"], Start());
        Submit(reservedThen, Gang(reservedThen));
        Reserve();
        Assert.Equal(_pool.Promises[Specs.Attempt("first")].StartAt, _pool.Promises[Specs.Attempt("second")].StartAt);
        Assert.Equal(["both-wait"], WaitsFor(reservedFirst));
        Assert.Equal(["both-wait", "single"], WaitsFor(reservedThen).Order());

        // A node is held for each of them, and nothing more will be free for hours.
        Pass(TimeSpan.FromHours(1));
        End("single");
        Assert.Equal(["first"], Start());
        Assert.Equal(["both-wait"], WaitsFor("second"));
        End("both-wait");
        Assert.Equal(["second"], Start());
    }

    [Fact]
    public void Of_three_gangs_that_each_hold_a_third_one_starts()
    {
        _pool = Pool(9);
        Run("s0", hours: 4);
        Run("s1", hours: 4);
        Run("all-wait", hours: 3, workers: 6);
        Run("s2", hours: 4);
        End("s0");
        Submit("a", Specs.Job(workers: 3, user: "a"));
        Reserve();
        End("s1");
        Submit("b", Specs.Job(workers: 3, user: "b"));
        Reserve();
        Submit("c", Specs.Job(workers: 3, user: "c"));
        Reserve();
        Assert.Equal([0, 1, 8], new[] { "a", "b", "c" }.Select(g => Slots(g).Except(Enumerable.Range(2, 6)).Single()));
        Assert.Empty(Start());
        End("s2");
        Assert.Single(Start());
        Assert.Equal(2, _pool.Promises.Count);
        Assert.All(_pool.Promises.Values, c => Assert.Equal("all-wait", Assert.Single(c.Victims).Job.Value));
        End("all-wait");
        Assert.Equal(2, Start().Length);
    }

    [Fact]
    public void Who_is_promised_nodes_sooner_starts_on_what_is_held_for_one_before_it_and_that_one_is_no_later_for_it()
    {
        Run("held-later", hours: 11);
        Run("ten", hours: 10);
        Run("half", hours: 1);
        Run("one", hours: 2);
        Submit("sooner", Specs.Job(workers: 2));
        Reserve();
        Submit("urgent", Specs.Job(workers: 2, priority: 500));
        Reserve();
        Assert.Equal([2, 3], Slots("sooner"));
        Assert.Equal([0, 1], Slots("urgent"));
        var promised = _pool.Promises[Specs.Attempt("urgent")].StartAt;
        End("half");
        Assert.Empty(Start());
        End("held-later");
        Assert.Equal(["sooner"], Start());
        Assert.Equal([1, 3], Slots("urgent"));
        Assert.True(_pool.Promises[Specs.Attempt("urgent")].StartAt <= promised);
    }

    [Fact]
    public void What_is_held_for_a_gang_that_would_be_later_without_it_stays_its_own()
    {
        _pool = Pool(2, 3);
        Run("one", hours: 1);
        Run("two", hours: 2);
        foreach (var hours in new[] { 3, 4, 5 })
        {
            Run($"for-{hours}", hours);
        }

        Submit("sooner", Specs.Job(workers: 2));
        Reserve();
        Submit("whole-rack", WithinARack(workers: 3));
        Reserve();
        var promise = _pool.Promises[Specs.Attempt("whole-rack")];
        Assert.Equal(["for-3", "for-4", "for-5"], WaitsFor("whole-rack").Order());

        // Of the rack two nodes are held, and one of the two that the other needs.
        End("for-3");
        End("for-4");
        End("one");
        Assert.Empty(Start());
        Assert.Same(promise, _pool.Promises[Specs.Attempt("whole-rack")]);
        End("for-5");
        Assert.Equal(["whole-rack"], Start());
        End("two");
        Assert.Equal(["sooner"], Start());
    }

    [Fact]
    public void A_gang_behind_another_of_its_like_starts_on_what_is_reserved_for_it()
    {
        ReserveTheTwoOfThreeThatComeFreeFirst();

        // It came first, and comes back.
        Assert.Null(_pool.Enqueue(Specs.Attempt("older", 2), Specs.Job(workers: 2), Specs.Start));
        End("short");
        Assert.Empty(Start());
        End("long");
        Assert.Equal(["gang"], Start());
    }

    /// <summary>For "gang": the nodes of "middle" and "short", and not that of "long".</summary>
    private void ReserveTheTwoOfThreeThatComeFreeFirst()
    {
        _pool = Pool(3);
        Run("long", hours: 9);
        Run("middle", hours: 2);
        Run("short", hours: 1);
        Submit("gang", Specs.Job(workers: 2));
        Reserve();
    }

    private static JobSpec Gang(string name) => Specs.Job(workers: 2, priority: name == "first" ? 500 : 400);

    private static JobSpec WithinARack(int workers) => Specs.Job(workers: workers, user: "rack") with { Topology = new TopologyRule { Required = TopologyLevel.Rack } };

    private void Run(string job, int hours, int workers = 1)
    {
        Submit(job, Specs.Job(workers: workers, priority: 900) with { TimeLimit = TimeSpan.FromHours(hours) });
        Assert.Equal(AttemptStage.Running, _pool.FindJob(new JobId(job))!.Stage);
    }

    private void Submit(string job, JobSpec spec)
    {
        Assert.Null(_pool.Enqueue(Specs.Attempt(job), spec, _now));
        Start();
    }

    /// <summary>All that waits for room has waited long enough for a reservation.</summary>
    private void Reserve()
    {
        Pass(_pool.Policy.ReserveAfter + _pool.Policy.ClaimRetry);
        _pool.PlanClaims();
        _pool.CheckClaims();
        Assert.Empty(Start());
    }

    private void Pass(TimeSpan time)
    {
        _now += time;
        _pool.Advance(_now);
    }

    private string[] Start()
    {
        var planned = _pool.Plan(100);
        _pool.CheckClaims();
        return _pool.CommitAll(planned);
    }

    private void End(string job) => _pool.EndAndFree(Specs.Attempt(job));

    private int[] Slots(string job) => [.. _pool.Promises[Specs.Attempt(job)].Target.Racks.SelectMany(r => r.Workers.Select(w => w.Slot)).Order()];

    private string[] WaitsFor(params string[] jobs) => [.. jobs.SelectMany(j => _pool.Promises[Specs.Attempt(j)].Victims.Select(v => v.Job.Value))];
}
