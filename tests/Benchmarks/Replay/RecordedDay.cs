using Scheduling.Model;
using Scheduling.Order.Replay;
using Scheduling.Pools;
using Scheduling.Replay;

namespace Benchmarks.Replay;

/// <summary>
/// A pool that lives through a trace on virtual time as its grain lets it: rounds of plans, each committed at once, promises, evictions, a look
/// every five seconds, snapshots as the journal writer takes them, and a new activation every six hours. Its journal is kept.
/// </summary>
internal sealed class RecordedDay
{
    private const int GpusPerNode = 8;
    private const int NodesPerRack = 16;

    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly PoolId Id = new("p");

    private readonly PriorityQueue<Event, (long At, long Number)> _events = new();
    private readonly Dictionary<JobId, (JobSpec Spec, long Left)> _jobs = [];
    private readonly List<(long Position, PoolSnapshot? Start, List<PoolEntry> Entries)> _journal = [(0, null, [])];
    private readonly List<RackView> _racks = [];
    private readonly ReplayCodec _codec;
    private PoolMachine _pool = new(Id, new PoolLimits());
    private long _now;
    private long _numbers;
    private long _version;
    private long _tailBytes;
    private long _snapshotBytes;

    private RecordedDay(IReadOnlyList<ReplayJob> jobs, int nodes, ReplayCodec codec)
    {
        _codec = codec;
        for (var node = 0; node < nodes; node += NodesPerRack)
        {
            _racks.Add(Rack(node / NodesPerRack, Math.Min(NodesPerRack, nodes - node)));
        }

        for (var i = 0; i < jobs.Count; i++)
        {
            var job = new JobId($"j{i}");
            _jobs.Add(job, (SpecOf(jobs[i], i), Math.Max(1, jobs[i].Duration)));
            At(jobs[i].SubmitAt, new Event(EventKind.Arrives, new AttemptId(job, 1)));
        }
    }

    private DateTimeOffset Now => Start.AddSeconds(_now);

    /// <summary>The journal of a pool of so many nodes, from second 0 to <paramref name="seconds"/>.</summary>
    public static IReadOnlyList<PoolHistory> Of(IReadOnlyList<ReplayJob> jobs, int nodes, long seconds, ReplayCodec codec)
    {
        var day = new RecordedDay(jobs, nodes, codec);
        day.Live(seconds);
        return [.. day._journal.Select(s => new PoolHistory { Pool = Id, Position = s.Position, Start = s.Start, Entries = [.. s.Entries] })];
    }

    private void Live(long seconds)
    {
        const long Look = 5, SaveLedger = 60, HandOver = 6 * 3600;
        Begin();
        At(Look, new Event(EventKind.Looks, default));
        At(SaveLedger, new Event(EventKind.SavesLedger, default));
        At(HandOver, new Event(EventKind.HandsOver, default));
        while (_events.TryDequeue(out var next, out var order) && order.At <= seconds)
        {
            _now = order.At;
            _pool.Advance(Now);
            switch (next.Kind)
            {
                case EventKind.Arrives:
                    _pool.Enqueue(next.Attempt, _jobs[next.Attempt.Job].Spec, Start.AddSeconds(order.At));
                    break;
                case EventKind.Ends when _pool.Find(next.Attempt) is { Stage: AttemptStage.Running }:
                    _pool.End(next.Attempt);
                    break;
                case EventKind.MakesRoom when _pool.Find(next.Attempt) is { Stage: AttemptStage.Running, EvictedFor: not null } victim:
                    MakeRoom(victim);
                    break;
                case EventKind.Looks:
                    _pool.ReviewClaims();
                    _pool.AskQuotaAgain();
                    At(_now + Look, next);
                    break;
                case EventKind.SavesLedger:
                    _pool.SaveLedger(Now);
                    At(_now + SaveLedger, next);
                    break;
                case EventKind.HandsOver:
                    Begin();
                    At(_now + HandOver, next);
                    break;
            }

            Pump();
        }
    }

    /// <summary>The recipe of the pool's grain.</summary>
    private void Pump()
    {
        foreach (var over in _pool.TakeFreeing())
        {
            _pool.Free(over.Ref);
        }

        if (_pool.ClaimsDue)
        {
            _pool.PlanClaims();
            foreach (var (victim, _) in _pool.WantedEvictions().Where(w => !w.Victim.PreemptionAsked).ToList())
            {
                victim.PreemptionAsked = true;
                At(_now + 30, new Event(EventKind.MakesRoom, victim.Id));
            }
        }

        while (_pool.Plan(256) is { Count: > 0 } planned)
        {
            foreach (var attempt in planned)
            {
                _pool.Commit(attempt.Ref);
                At(_now + _jobs[attempt.Id.Job].Left, new Event(EventKind.Ends, attempt.Id));
            }
        }

        if (_pool.HasCalledOff)
        {
            _pool.TakeCalledOff();
        }

        Flush();
    }

    private void MakeRoom(PoolAttempt victim)
    {
        var (spec, left) = _jobs[victim.Id.Job];
        _jobs[victim.Id.Job] = (spec, Math.Max(1, left - (long)(Now - victim.CommittedAt).TotalSeconds));
        _pool.Stop(victim.Id);
        _pool.End(victim.Id, comesBack: true);
        At(_now + 1, new Event(EventKind.Arrives, victim.Id with { Number = victim.Id.Number + 1 }));
    }

    private void Begin()
    {
        Flush();
        var (position, start, entries) = _journal[^1];
        _pool = new PoolMachine(Id, new PoolLimits());
        if (start is not null)
        {
            _pool.Restore(start);
        }

        entries.ForEach(_pool.Replay);
        _pool.BeginEpoch(Now, position);
        foreach (var rack in _racks)
        {
            _pool.SeeRack(rack with { Version = ++_version });
        }

        _pool.Advance(Now);
        _pool.AttachClaims();
        Flush();
    }

    private void Flush()
    {
        var entries = _pool.TakeEntries();
        _journal[^1].Entries.AddRange(entries);
        _tailBytes += entries.Sum(e => (long)_codec.Entry(e).Length);
        if (_journal[^1].Entries.Count < 1000 || _tailBytes < _snapshotBytes)
        {
            return;
        }

        var snapshot = _pool.ToSnapshot();
        (_snapshotBytes, _tailBytes) = (_codec.State(snapshot).Length, 0);
        _journal.Add((_journal[^1].Position + _journal[^1].Entries.Count, snapshot, []));
    }

    private void At(long second, Event what) => _events.Enqueue(what, (second, ++_numbers));

    private static JobSpec SpecOf(ReplayJob job, int index)
    {
        var whole = job.Gpus > GpusPerNode;
        return new JobSpec
        {
            Name = $"{job.User}-train",
            Tenant = new TenantId("t"),
            User = job.User.Length > 0 ? job.User : $"u{index % 97}",
            Quota = new QuotaPath($"c/team{index % 5}"),
            Pool = Id,
            Priority = index % 5 == 0 ? 100 : 0,
            Checkpoint = index % 2 == 0 ? new CheckpointRule { Grace = TimeSpan.FromSeconds(30) } : null,
            Roles =
            [
                new RoleSpec
                {
                    Name = "worker",
                    Count = whole ? (job.Gpus + GpusPerNode - 1) / GpusPerNode : 1,
                    Shape = new WorkerShape { CpuMilli = 1000, MemoryMiB = 1024, Gpus = whole ? GpusPerNode : Math.Max(1, job.Gpus), GpuMilli = 1000 },
                },
            ],
        };
    }

    private static RackView Rack(int rack, int nodes) => new()
    {
        Spec = new RackSpec
        {
            Rack = RackId.Of(Id, $"r{rack}"),
            Block = $"b{rack / 4}",
            Nodes = [.. Enumerable.Range(0, nodes).Select(n => new NodeSpec { Name = new NodeId($"r{rack}n{n}"), CpuMilli = 96_000, MemoryMiB = 800_000, Gpus = GpusPerNode, GpuModel = "V100" })],
        },
        Schedulable = (1UL << nodes) - 1,
        Allocations = [],
        Version = 0,
        Epoch = 0,
    };

    private enum EventKind
    {
        Arrives,
        Ends,
        MakesRoom,
        Looks,
        SavesLedger,
        HandsOver,
    }

    private readonly record struct Event(EventKind Kind, AttemptId Attempt);
}
