using Grains.Jobs;
using Grains.Pools;
using Grains.Tests.Support;
using Scheduling.Model;

namespace Grains.Tests.Jobs;

/// <summary>Real jobs; the pool is scripted and writes down what it is told.</summary>
internal sealed class JobFixture : IDisposable
{
    public static readonly Caller User = new() { Tenant = new TenantId("red"), User = "ann", Roles = CallerRoles.Submitter };
    private static readonly string[] PoolCalls = ["Enqueue", "Ended", "Stop", "Checkpoint", "Checkpointed"];

    /// <summary>What the pool was told, as "Stop j-1/1".</summary>
    public List<string> Pool { get; } = [];

    /// <summary>Set to make the pool unreachable.</summary>
    public bool PoolIsAway { get; set; }

    public JobFixture()
    {
        Host = new GrainHost();
        foreach (var call in PoolCalls)
        {
            Host.Peers.On($"IPoolGrain.{call}", (_, args) =>
            {
                if (PoolIsAway)
                    throw new TimeoutException("the pool does not answer");
                Pool.Add(args[0] is EnqueueJob enqueue ? $"{call} {enqueue.Attempt}" : args.Length > 1 ? $"{call} {args[0]} {(args[1] is null ? "off" : "on")}" : $"{call} {args[0]}");
                return call == "Enqueue" ? Answer.Done(0) : null;
            });
        }
    }

    public GrainHost Host { get; }

    public IJobGrain Job(string id) => Host.Grain<IJobGrain>(id);

    public JobView View(string id) => Host.Ask(() => Job(id).Get(User))!;

    public SubmitAnswer Submit(string id, Func<JobSpec, JobSpec>? change = null)
    {
        var spec = new JobSpec
        {
            Name = id, Tenant = new TenantId("red"), User = "ann", Quota = new QuotaPath("c/red/ann"), Pool = new PoolId("p"),
            Roles = [new RoleSpec { Name = "worker", Count = 1, Shape = new WorkerShape { CpuMilli = 1, MemoryMiB = 1, Gpus = 1 } }],
        };
        return Host.Ask(() => Job(id).Submit(new SubmitJob { Caller = User, Spec = change?.Invoke(spec) ?? spec, BodyHash = id }));
    }

    /// <summary>Placed, and its workers have started.</summary>
    public void Run(string id)
    {
        var attempt = View(id).Attempt;
        var placement = new GangPlacement { Racks = [new RackSlice { Rack = new RackId("p/r"), Workers = [new WorkerSlot(0, 0, 0, 1, 1000)] }] };
        var placed = Host.Ask(() => Job(id).Place(new PlaceAttempt { Attempt = attempt, Plan = attempt, Epoch = 1, Placement = placement }));
        Assert.Equal(PlaceOutcome.Committed, placed.Outcome);
        Report(id, new AttemptReport { Attempt = attempt, AllStarted = true });
    }

    public void Report(string id, AttemptReport report) => Assert.True(Host.Ask(() => Job(id).Report(report)).IsDone);

    public void Succeed(string id) => Report(id, new AttemptReport { Attempt = View(id).Attempt, AllStarted = true, AllSucceeded = true, Gone = true });

    public void Fail(string id) => Report(id, new AttemptReport { Attempt = View(id).Attempt, AllStarted = true, Failure = "it broke", Gone = true });

    /// <summary>The jobs that are parts of this one, by id.</summary>
    public IReadOnlyList<Grains.Storage.JobIndexRow> Parts(string id) =>
        [.. Host.States.Index.Rows.Values.Where(r => r.Parent?.Value == id).OrderBy(r => r.Job.Value, StringComparer.Ordinal)];

    public IReadOnlyList<string> Live(string id) => [.. Parts(id).Where(r => !r.Ended).Select(r => r.Job.Value)];

    /// <summary>What the reconciler does: wakes jobs with parts, and those whose time has come.</summary>
    public void Reconcile()
    {
        foreach (var row in Host.States.Index.Rows.Values.Where(r => (r.HasChildren && !r.Ended) || r.WakeAt <= Host.Now).ToList())
        {
            Host.Do(() => Job(row.Job.Value).Settle());
        }

        Host.Wait(1);
    }

    public void Dispose() => Host.Dispose();
}
