using Scheduling.Explain;
using Scheduling.Model;
using Scheduling.Pools;
using Scheduling.Preemption;
using Scheduling.Quotas;

namespace Scheduling.Tests.Pools;

/// <summary>The example of docs/scheduling.md, with its times: what the page says is what happens.</summary>
public sealed class WorkedExampleTests
{
    private readonly PoolMachine _pool = new(new PoolId("p"), new PoolLimits());
    private readonly Dictionary<string, int> _attempts = [];
    private DateTimeOffset _now = Specs.Start;

    private static DateTimeOffset At(int hour, int minute) => Specs.Start.AddHours(hour - 9).AddMinutes(minute);

    private static JobSpec Job(string team, string user, int workers, int hours, int minutes = 0, bool saves = false) =>
        Specs.Job(workers: workers, priority: 500, tenant: team, user: user) with
        {
            Name = user,
            TimeLimit = new TimeSpan(hours, minutes, 0),
            Checkpoint = saves ? new CheckpointRule { Grace = TimeSpan.FromMinutes(1) } : null,
        };

    private static QuotaLevelState Level(string path, long gpuMilli) =>
        new() { Path = new QuotaPath(path), Spec = new QuotaSpec { Nominal = [new ResourceAmount(ResourceNames.Gpu, gpuMilli)] } };

    private void Until(int hour, int minute)
    {
        for (var to = At(hour, minute); _now < to;)
        {
            _now += TimeSpan.FromMinutes(1);
            Pass();
        }
    }

    /// <summary>What the pool's grain does when something happened.</summary>
    private void Pass()
    {
        _pool.Advance(_now);
        _pool.ReviewClaims();
        if (_pool.ClaimsDue)
        {
            _pool.PlanClaims();
        }

        foreach (var attempt in _pool.Plan(100))
        {
            Assert.True(_pool.Commit(attempt.Ref));
        }
    }

    private void Submit(string job, JobSpec spec, DateTimeOffset? submitted = null)
    {
        _attempts[job] = _attempts.GetValueOrDefault(job) + 1;
        Assert.Null(_pool.Enqueue(Specs.Attempt(job, _attempts[job]), spec, submitted ?? _now));
        Pass();
    }

    private void End(string job, bool comesBack = false)
    {
        _pool.EndAndFree(Specs.Attempt(job, _attempts[job]), comesBack);

        Pass();
    }

    private bool Runs(string job) => _pool.FindJob(new JobId(job))!.Stage == AttemptStage.Running;

    private Claim? PromiseTo(string job) => _pool.Promises.GetValueOrDefault(Specs.Attempt(job, _attempts[job]));

    [Fact]
    public void The_example_of_the_scheduling_page_happens_as_it_says()
    {
        _pool.BeginEpoch();
        _pool.Advance(_now);
        _pool.SeeRack(Specs.Rack("r", nodes: 5));
        _pool.SetLevels(CohortLevels.Of("c", 1, [Level("c/speech", 16_000), Level("c/vision", 24_000)]));

        // 1. Speech borrows what vision leaves idle.
        Submit("sweep-a", Job("speech", "sam", workers: 2, hours: 4, saves: true));
        Submit("sweep-b", Job("speech", "sam", workers: 3, hours: 4, saves: true));
        Assert.True(Runs("sweep-a") && Runs("sweep-b"));

        // 2. Vision is owed 16 GPUs: the borrower that loses least makes room.
        Until(9, 58);
        _pool.Checkpointed(Specs.Attempt("sweep-a"), At(9, 30));
        _pool.Checkpointed(Specs.Attempt("sweep-b"), At(9, 58));
        Until(10, 0);
        Submit("train", Job("vision", "ann", workers: 2, hours: 2));
        Until(10, 1);
        Assert.Equal(["sweep-b"], _pool.WantedEvictions().Select(w => w.Victim.Id.Job.Value));
        Assert.Equal(ClaimKind.Evict, PromiseTo("train")!.Kind);
        End("sweep-b", comesBack: true);
        Assert.True(Runs("train"));

        // 3. Nobody may be evicted for the sweep: it gets nodes at a computed time, one of them the idle one.
        Submit("sweep-b", Job("speech", "sam", workers: 3, hours: 4, saves: true), At(9, 0));
        Until(10, 2);
        var promise = PromiseTo("sweep-b")!;
        Assert.Equal((ClaimKind.Reserve, At(12, 1)), (promise.Kind, promise.StartAt));
        Assert.Equal(["train"], promise.Victims.Select(v => v.Job.Value));
        Assert.Equal(8000, _pool.GpuMilliPromised);

        // 4. Who is gone in time may use it until then.
        Until(10, 5);
        Submit("night", Job("vision", "bob", workers: 1, hours: 4) with { Priority = 100, MayPreempt = false });
        Submit("eval", Job("vision", "bob", workers: 1, hours: 0, minutes: 30));
        Assert.True(Runs("eval"));
        var night = _pool.Explain(new JobId("night"), _ => true)!;
        Assert.Equal((PendingReason.Resources, 2L, "sweep-b"), (night.Reason, night.Position, night.Ahead.Single().Job.Value));
        Until(10, 35);
        End("eval");
        Assert.False(Runs("night"));
        Assert.Equal((ClaimKind.Reserve, At(13, 0)), (PromiseTo("night")!.Kind, PromiseTo("night")!.StartAt));

        // 5. Its turn, ten minutes early; the other's as well.
        Until(11, 51);
        End("train");
        Assert.True(Runs("sweep-b"));
        Assert.False(Runs("night"));
        Until(12, 30);
        End("sweep-a");
        Assert.True(Runs("night"));
        Assert.Equal((1, 1, 1), _pool.TakeTally() is var tally ? (tally.Backfilled, tally.MadeRoom, tally.Evictions.Kept) : default);
        _pool.CheckClaims();
    }
}
