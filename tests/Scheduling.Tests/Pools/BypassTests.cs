using Scheduling.Model;
using Scheduling.Pools;
using Scheduling.Preemption;

namespace Scheduling.Tests.Pools;

/// <summary>Whoever fits the empty pool is promised nodes some day, whoever stands before it and whoever comes meanwhile (I12).</summary>
public sealed class BypassTests
{
    private DateTimeOffset _now = Specs.Start;
    private PoolMachine _pool = Pool(new PoolPolicy());

    private static PoolMachine Pool(PoolPolicy policy, int nodes = 4)
    {
        var pool = new PoolMachine(new PoolId("p"), new PoolLimits(), policy);
        pool.BeginEpoch();
        pool.Advance(Specs.Start);
        pool.SeeRack(Specs.Rack("r", nodes));
        return pool;
    }

    [Fact]
    public void A_gang_behind_many_that_nobody_can_help_is_promised_nodes_within_a_bounded_number_of_passes()
    {
        const int Before = 90;
        Submit("endless", Specs.Job(workers: 2, priority: 900));
        Submit("hour", Specs.Job(priority: 900) with { TimeLimit = TimeSpan.FromHours(1) });
        for (var i = 0; i < Before; i++)
        {
            Submit($"hopeless-{i}", Specs.Job(workers: 4, priority: 500, user: $"u{i}"));
        }

        Submit("patient", Specs.Job(workers: 2));
        Pass(TimeSpan.FromMinutes(2));
        var passes = 0;
        for (; !_pool.Promises.ContainsKey(Specs.Attempt("patient")); passes++)
        {
            Assert.True(passes <= Before, "it is passed for ever");
            var looked = LookOnce();
            Assert.InRange(looked, 0, _pool.Policy.ClaimTries);
        }

        // Half of each pass goes round.
        Assert.InRange(passes, 1, (Before / (_pool.Policy.ClaimTries / 2)) + 2);

        // From now on it is passed only by those who are gone in time.
        Submit("small", Specs.Job());
        Assert.Equal(AttemptStage.Queued, _pool.FindJob(new JobId("small"))!.Stage);
        End("hour");
        Start();
        Assert.Equal(AttemptStage.Running, _pool.FindJob(new JobId("patient"))!.Stage);
    }

    [Fact]
    public void Whoever_waits_is_looked_at_again_and_again_whatever_comes_and_goes()
    {
        var random = new Random(4);
        Submit("endless", Specs.Job(workers: 3, priority: 900));
        Dictionary<string, int> lastLook = [];
        var most = 0;
        for (var pass = 0; pass < 400; pass++)
        {
            for (var i = 0; i < 3 && pass < 150; i++)
            {
                // Each of its own user: each is the first of its group.
                Submit($"j{pass}-{i}", Specs.Job(workers: random.Next(2, 5), priority: random.Next(0, 900), user: $"u{pass}-{i}"));
                lastLook.Add($"j{pass}-{i}", pass);
            }

            most = Math.Max(most, lastLook.Count);
            if (random.Next(3) == 0)
            {
                var gone = lastLook.Keys.ElementAt(random.Next(lastLook.Count));
                lastLook.Remove(gone);
                End(gone);
            }

            LookOnce();
            foreach (var seen in _pool.SeenByLastPass)
            {
                lastLook[seen.Job.Value] = pass;
            }

            Assert.All(lastLook, l => Assert.InRange(pass - l.Value, 0, (most / (_pool.Policy.ClaimTries / 2)) + 10));
        }

        Assert.InRange(most, 300, 450);
    }

    [Fact]
    public void One_reservation_goes_round_beside_those_of_the_first_in_order()
    {
        _pool = Pool(new PoolPolicy { MaxReservations = 1, Preemption = false });
        foreach (var hours in new[] { 1, 2, 3, 4 })
        {
            Submit($"for-{hours}", Specs.Job() with { TimeLimit = TimeSpan.FromHours(hours) });
        }

        Submit("first", Specs.Job(priority: 500, user: "a"));
        Submit("second", Specs.Job(priority: 400, user: "b"));
        Submit("third", Specs.Job(priority: 300, user: "c"));
        Pass(TimeSpan.FromMinutes(2));
        LookOnce();
        Assert.Equal(["first", "second"], Reserved());
        LookOnce(TimeSpan.FromSeconds(20));
        Assert.Equal(["first", "second"], Reserved());

        // Who held it starts, and the next has it.
        End("for-2");
        Assert.Equal(["second"], Start());
        LookOnce(TimeSpan.FromSeconds(20));
        Assert.Equal(["first", "third"], Reserved());
    }

    [Fact]
    public void A_gang_that_comes_before_the_last_of_those_with_a_reservation_takes_it_over()
    {
        _pool = Pool(new PoolPolicy { MaxReservations = 1, Preemption = false });
        foreach (var hours in new[] { 1, 2, 3, 4 })
        {
            Submit($"for-{hours}", Specs.Job() with { TimeLimit = TimeSpan.FromHours(hours) });
        }

        Submit("late", Specs.Job(user: "a"));
        Submit("later", Specs.Job(user: "b"));
        Pass(TimeSpan.FromMinutes(2));
        LookOnce();
        Assert.Equal(["late", "later"], Reserved());
        Submit("first", Specs.Job(priority: 500, user: "c"));
        Pass(TimeSpan.FromMinutes(2));
        LookOnce();
        Assert.Equal(["first", "later"], Reserved());
    }

    [Fact]
    public void Looking_in_vain_for_somebody_to_leave_takes_no_reservation_away()
    {
        Submit("long", Specs.Job(workers: 3) with { TimeLimit = TimeSpan.FromHours(2) });
        Submit("low", Specs.Job(workers: 1, priority: -10));
        Submit("patient", Specs.Job(workers: 2));
        Pass(TimeSpan.FromMinutes(10));
        LookOnce();
        var promised = Assert.Single(_pool.Promises).Value;
        Assert.Equal(ClaimKind.Reserve, promised.Kind);

        // All but the one that may be evicted is in its way.
        _pool.TakeEntries();
        Submit("urgent", Specs.Job(workers: 4, priority: 0, user: "v") with { Name = "urgent" });
        LookOnce(TimeSpan.FromSeconds(20));
        Assert.Same(promised, _pool.Promises[Specs.Attempt("patient")]);
        Assert.DoesNotContain(_pool.TakeEntries(), e => e.Kind == PoolEntryKind.ClaimDropped);
        _pool.CheckClaims();
    }

    private void Pass(TimeSpan time)
    {
        _now += time;
        _pool.Advance(_now);
    }

    /// <summary>How many groups were looked at.</summary>
    private int LookOnce(TimeSpan? after = null)
    {
        Pass(after ?? TimeSpan.FromSeconds(1));
        _pool.PlanClaims();
        _pool.CheckClaims();
        Start();
        return _pool.SeenByLastPass.Count;
    }

    private void Submit(string job, JobSpec spec)
    {
        Assert.Null(_pool.Enqueue(Specs.Attempt(job), spec, _now));
        Start();
    }

    private string[] Start() => _pool.CommitAll(_pool.Plan(100));

    private void End(string job) => _pool.EndAndFree(Specs.Attempt(job));

    private string[] Reserved() => [.. _pool.Promises.Values.Where(c => c.Kind == ClaimKind.Reserve).Select(c => c.For.Job.Value).Order()];
}
