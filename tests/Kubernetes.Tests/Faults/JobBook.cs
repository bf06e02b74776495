using System.Collections.Immutable;
using Gateway.Backends;
using Gateway.Kubernetes;
using Grains;
using Grains.Jobs;
using Grains.Pools;
using Scheduling.Model;

namespace KubeTests.Faults;

/// <summary>
/// Jobs as the grains keep them: durable, whatever becomes of gateways. A job agrees to the pods of an attempt once; an attempt that failed is
/// stopped, and the next one placed on the same nodes when it is gone.
/// </summary>
internal sealed class JobBook : IAssignmentFeed, INodeSource, IWorkerNodes
{
    public static readonly PoolId Pool = new("faults");

    private readonly Lock _lock = new();
    private readonly Dictionary<JobId, Entry> _jobs = [];
    private readonly List<Assignment> _changes = [];
    private TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Name => "faults";

    /// <summary>Jobs whose workers have all started, in an attempt that nobody has found broken.</summary>
    public int Started
    {
        get
        {
            lock (_lock)
            {
                return _jobs.Values.Count(j => j.HasStarted);
            }
        }
    }

    /// <summary>What is so, for a failure's message.</summary>
    public string Describe()
    {
        lock (_lock)
        {
            return string.Join("; ", _jobs.Values.Select(j => $"{j.Now.Attempt} {j.Now.Wish}{(j.HasStarted ? " started" : "")}{(j.Binding is null ? "" : " bound")} {j.Trouble}"));
        }
    }

    /// <summary>The attempt that is to run now.</summary>
    public AttemptId Current(JobId job)
    {
        lock (_lock)
        {
            return _jobs[job].Now.Attempt;
        }
    }

    public void Add(JobId job, IReadOnlyList<NodeId> nodes)
    {
        var shape = new WorkerShape { CpuMilli = 1000, MemoryMiB = 1024, Gpus = 1 };
        var spec = new JobSpec
        {
            Name = job.Value, Tenant = new TenantId("faults"), User = "faults", Quota = new QuotaPath("default/faults/faults"), Pool = Pool,
            Roles = [new RoleSpec { Name = "worker", Count = nodes.Count, Shape = shape }],
        };
        var workers = nodes.Select((_, rank) => new WorkerSlot(0, rank, rank, 1, 1000)).ToImmutableArray();
        var placement = new GangPlacement { Racks = [new RackSlice { Rack = RackId.Of(Pool, "r"), Workers = workers }] };
        lock (_lock)
        {
            var entry = new Entry { Nodes = nodes, Now = new Assignment { Attempt = new AttemptId(job, 1), Spec = spec, Placement = placement, Wish = AssignmentWish.Run, Epoch = 1 } };
            _jobs[job] = entry;
            Change(entry.Now);
        }
    }

    public Task<AssignmentPage> List(PoolId pool, JobId? after, int limit)
    {
        lock (_lock)
        {
            return Task.FromResult(new AssignmentPage { Items = [.. _jobs.Values.Select(j => j.Now).OrderBy(a => a.Attempt.Job)], Version = _changes.Count });
        }
    }

    public async Task<AssignmentPage?> Watch(PoolId pool, long version, TimeSpan wait)
    {
        Task news;
        lock (_lock)
        {
            if (_changes.Count > version)
            {
                return new AssignmentPage { Items = [.. _changes.Skip((int)version)], Version = _changes.Count };
            }

            news = _news.Task;
        }

        await Task.WhenAny(news, Task.Delay(wait));
        return new AssignmentPage { Items = [], Version = version };
    }

    public Task<Answer> Report(JobId job, AttemptReport report)
    {
        lock (_lock)
        {
            var entry = _jobs[job];
            if (report.Attempt != entry.Now.Attempt.Number || report.Fence < entry.Fence)
            {
                return Task.FromResult(Answer.Of(Outcome.Conflict, "the job is past this"));
            }

            return Task.FromResult(report.Binding is { } binding ? Agree(entry, binding, report.Fence) : Hear(entry, report));
        }
    }

    public Task<DateTimeOffset?> StartedAt(AttemptId attempt) => Task.FromResult<DateTimeOffset?>(null);

    public Task<bool> IsOver(AttemptId attempt)
    {
        lock (_lock)
        {
            return Task.FromResult(_jobs.TryGetValue(attempt.Job, out var entry) && attempt.Number < entry.Now.Attempt.Number);
        }
    }

    public Task<bool> HasEnded(JobId job) => Task.FromResult(false);

    public Task<ClusterInventory> Read(CancellationToken cancellationToken) => Task.FromResult(new ClusterInventory { Racks = [new RackSpec { Rack = RackId.Of(Pool, "r"), Block = "b", Nodes = [] }] });

    public Task<ImmutableDictionary<int, NodeId>?> Of(AttemptId attempt, GangPlacement placement)
    {
        lock (_lock)
        {
            return Task.FromResult<ImmutableDictionary<int, NodeId>?>(_jobs[attempt.Job].Nodes.Select((node, rank) => (node, rank)).ToImmutableDictionary(n => n.rank, n => n.node));
        }
    }

    public Task<GangPlacement> Now(AttemptId attempt, GangPlacement placement) => Task.FromResult(placement);

    public Task<string?> Leave(AttemptId attempt, JobSpec spec, GangPlacement placement, NodeId node) => Task.FromResult<string?>("there is no other");

    private static Answer Agree(Entry entry, string binding, long fence)
    {
        if (entry.Now.Wish != AssignmentWish.Run || (entry.Binding is not null && entry.Binding != binding))
        {
            return Answer.Of(Outcome.Conflict, "others were named for it before, or it is over");
        }

        (entry.Binding, entry.Fence) = (binding, fence);
        return Answer.Done(1);
    }

    private Answer Hear(Entry entry, AttemptReport report)
    {
        if (report.Gone)
        {
            var next = entry.Now.Attempt with { Number = entry.Now.Attempt.Number + 1 };
            Change(entry.Now with { Wish = AssignmentWish.Gone });
            (entry.Binding, entry.HasStarted) = (null, false);
            entry.Now = entry.Now with { Attempt = next, Wish = AssignmentWish.Run };
            Change(entry.Now);
        }
        else if (report.Failure is not null && entry.Now.Wish == AssignmentWish.Run)
        {
            entry.Trouble = report.Failure;
            entry.HasStarted = false;
            entry.Now = entry.Now with { Wish = AssignmentWish.Stop };
            Change(entry.Now);
        }
        else if (report.AllStarted && entry.Now.Wish == AssignmentWish.Run)
        {
            entry.HasStarted = true;
        }

        return Answer.Done(1);
    }

    private void Change(Assignment change)
    {
        _changes.Add(change);
        var told = _news;
        _news = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        told.SetResult();
    }

    private sealed class Entry
    {
        public required IReadOnlyList<NodeId> Nodes { get; init; }

        public required Assignment Now { get; set; }

        public string? Binding { get; set; }

        public long Fence { get; set; }

        public bool HasStarted { get; set; }

        public string? Trouble { get; set; }
    }
}
