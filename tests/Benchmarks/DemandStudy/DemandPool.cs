using System.Collections.Immutable;
using System.Numerics;
using Scheduling.Model;
using Scheduling.Pools;
using Scheduling.Scaling;

namespace Benchmarks.DemandStudy;

/// <summary>The production pool, driven as its grain drives it, and the workers that it starts. What is planned commits at once.</summary>
internal sealed class DemandPool
{
    private const int Round = 256;
    private const int MostGangs = 512;
    private const long LookEvery = 5;
    private const long Grace = 30;

    public static readonly PoolId Id = new("gpu");

    private readonly DemandWorld _world;
    private readonly PoolMachine _machine = new(Id, new PoolLimits());
    private readonly Dictionary<AttemptId, Work> _running = [];
    private readonly Dictionary<JobId, DemandJob> _jobs = [];
    private readonly Dictionary<NodeId, DemandNode> _nodes = [];
    private readonly Dictionary<RackId, (RackSpec Spec, ulong Open)> _racks = [];
    private readonly Dictionary<(RackId Rack, int Slot), DemandNode> _slots = [];
    private long _versions;
    private bool _looks;

    public DemandPool(DemandWorld world)
    {
        _world = world;
        _machine.BeginEpoch(DemandWorld.Start);
    }

    /// <summary>From submission to first start, in seconds.</summary>
    public List<long> Waits { get; } = [];

    /// <summary>What ran where from when to when: GPUs, and seconds; kept or lost.</summary>
    public List<(int Gpus, long From, long To, bool IsKept)> Runs { get; } = [];

    public IEnumerable<DemandNode> Nodes => _nodes.Values;

    /// <summary>Gangs without room, in order.</summary>
    public IReadOnlyList<PoolAttempt> WithoutRoom() => _machine.WithoutRoom(MostGangs, out _);

    public bool Knows(NodeId node) => _nodes.ContainsKey(node);

    public DemandNode? Find(NodeId node) => _nodes.GetValueOrDefault(node);

    /// <summary>What runs to the end of the run counts as kept.</summary>
    public void Stop() => _running.Values.ToList().ForEach(w => Note(w, isKept: true));

    public ScaleDemand Demand() => new()
    {
        Version = _world.Now,
        Gangs = [.. _machine.WithoutRoom(MostGangs, out var leftOut).Select(a => new PendingGang { Attempt = a.Id, Spec = a.Spec })],
        LeftOut = leftOut,
        Racks = _machine.IdleRacks(),
        Earmarks = [.. _machine.Earmarks],
    };

    /// <summary>Machines that were bought for gangs are theirs.</summary>
    public void SetEarmarks(ImmutableArray<MachineEarmark> earmarks) => _machine.SetEarmarks(earmarks);

    public void Come(DemandJob job)
    {
        var attempt = new AttemptId(new JobId($"j{job.Number:D6}"), 1);
        _jobs.Add(attempt.Job, job);
        Enqueue(attempt);
    }

    /// <summary>A machine has become a node, in the first free slot of its set's racks.</summary>
    public void Join(NodeSpec spec, string set)
    {
        var (rack, slot) = FreeSlot(set);
        var known = _racks.TryGetValue(rack, out var r) ? r : (Spec: new RackSpec { Rack = rack, Block = set, Nodes = [] }, Open: 0UL);
        var nodes = slot < known.Spec.Nodes.Length ? known.Spec.Nodes.SetItem(slot, spec) : known.Spec.Nodes.Add(spec);
        var node = new DemandNode(spec.Name, rack, slot);
        _nodes.Add(spec.Name, node);
        _slots.Add((rack, slot), node);
        Show(known.Spec with { Nodes = nodes }, known.Open | (1UL << slot));
    }

    /// <summary>No new work for it.</summary>
    public void Close(DemandNode node)
    {
        var (spec, open) = _racks[node.Rack];
        node.IsOpen = false;
        Show(spec, open & ~(1UL << node.Slot));
    }

    /// <summary>Its machine is gone.</summary>
    public void Leave(DemandNode node)
    {
        if (node.Work.Count > 0)
        {
            throw new InvalidOperationException($"{node.Name} has gone with {node.Work.Count} jobs on it");
        }

        var (spec, open) = _racks[node.Rack];
        _nodes.Remove(node.Name);
        _slots.Remove((node.Rack, node.Slot));
        Show(spec with { Nodes = spec.Nodes.SetItem(node.Slot, NodeSpec.Vacant) }, open & ~(1UL << node.Slot));
    }

    /// <summary>Its workers are stopped; it starts over, for no trace says that jobs saved their work.</summary>
    public void Evict(AttemptId attempt)
    {
        Note(_running[attempt], isKept: false);
        Release(attempt);
        _machine.Stop(attempt);
        _machine.End(attempt, comesBack: true);
        Enqueue(attempt with { Number = attempt.Number + 1 });
    }

    /// <summary>The recipe of the pool's grain, until nothing is left to decide at this moment.</summary>
    public void Decide()
    {
        _machine.Advance(_world.Time);
        foreach (var over in _machine.TakeFreeing())
        {
            _machine.Free(over.Ref);
        }

        if (_machine.ClaimsDue)
        {
            _machine.PlanClaims();
            foreach (var (victim, _) in _machine.WantedEvictions().Where(w => !w.Victim.PreemptionAsked).ToList())
            {
                victim.PreemptionAsked = true;
                _world.At(_world.Now + Grace, () => MakeRoom(victim));
            }
        }

        while (_machine.Plan(Round) is { Count: > 0 } planned)
        {
            foreach (var attempt in planned)
            {
                _machine.Commit(attempt.Ref);
                Start(attempt);
            }
        }

        _machine.TakeCalledOff();
        _machine.TakeEntries();
        if (!_looks && _machine.Pending > 0)
        {
            _looks = true;
            _world.At((_world.Now / LookEvery * LookEvery) + LookEvery, Look);
        }
    }

    /// <summary>As a pool on its retry timer.</summary>
    private void Look()
    {
        _looks = false;
        _machine.ReviewClaims();
        _machine.AskQuotaAgain();
    }

    private void Enqueue(AttemptId attempt)
    {
        if (_machine.Enqueue(attempt, _jobs[attempt.Job].ToSpec(Id), DemandWorld.Start.AddSeconds(_jobs[attempt.Job].Submit)) is { } refusal)
        {
            throw new InvalidOperationException(refusal);
        }
    }

    private void MakeRoom(PoolAttempt victim)
    {
        if (victim is { Stage: AttemptStage.Running, EvictedFor: not null } && _running.ContainsKey(victim.Id))
        {
            Evict(victim.Id);
        }
    }

    private void Start(PoolAttempt attempt)
    {
        var job = _jobs[attempt.Id.Job];
        if (attempt.Id.Number == 1)
        {
            Waits.Add(_world.Now - job.Submit);
            _world.Started();
        }

        var work = new Work(job, _world.Now, attempt.Placement!);
        _running.Add(attempt.Id, work);
        foreach (var slice in work.Placement.Racks)
        {
            foreach (var worker in slice.Workers)
            {
                _slots[(slice.Rack, worker.Slot)].Take(attempt.Id, job, BitOperations.PopCount(worker.Gpus));
            }
        }

        _world.At(_world.Now + job.Duration, () => End(attempt.Id));
    }

    private void End(AttemptId attempt)
    {
        if (_running.TryGetValue(attempt, out var work))
        {
            Note(work, isKept: true);
            Release(attempt);
            _machine.End(attempt);
        }
    }

    private void Release(AttemptId attempt)
    {
        _running.Remove(attempt, out var work);
        foreach (var slice in work!.Placement.Racks)
        {
            foreach (var worker in slice.Workers)
            {
                _slots[(slice.Rack, worker.Slot)].Release(attempt);
            }
        }
    }

    private void Note(Work work, bool isKept) => Runs.Add((work.Job.Workers * work.Job.Gpus, work.From, _world.Now, isKept));

    private (RackId Rack, int Slot) FreeSlot(string set)
    {
        for (var number = 0; ; number++)
        {
            var rack = RackId.Of(Id, $"{set}-{number:D3}");
            var slot = _racks.TryGetValue(rack, out var known) ? FirstVacant(known.Spec.Nodes) : 0;
            if (slot < RackSpec.MaxNodes)
            {
                return (rack, slot);
            }
        }
    }

    private static int FirstVacant(ImmutableArray<NodeSpec> nodes)
    {
        for (var slot = 0; slot < nodes.Length; slot++)
        {
            if (nodes[slot].IsVacant)
            {
                return slot;
            }
        }

        return nodes.Length;
    }

    private void Show(RackSpec spec, ulong open)
    {
        _racks[spec.Rack] = (spec, open);
        _machine.SeeRack(new RackView { Spec = spec, Schedulable = open, Allocations = [], Version = ++_versions, Epoch = 0 });
    }

    private sealed record Work(DemandJob Job, long From, GangPlacement Placement);
}

/// <summary>A node and what runs on it.</summary>
internal sealed class DemandNode(NodeId name, RackId rack, int slot)
{
    public NodeId Name => name;

    public RackId Rack => rack;

    public int Slot => slot;

    /// <summary>It takes new work.</summary>
    public bool IsOpen { get; set; } = true;

    public int Free { get; private set; } = DemandWorld.NodeGpus;

    public Dictionary<AttemptId, (DemandJob Job, int Gpus)> Work { get; } = [];

    public void Take(AttemptId attempt, DemandJob job, int gpus)
    {
        if (!IsOpen || gpus > Free)
        {
            throw new InvalidOperationException($"{name} has {Free} GPUs free and was given {gpus}");
        }

        Free -= gpus;
        Work.Add(attempt, (job, gpus));
    }

    public void Release(AttemptId attempt)
    {
        if (Work.Remove(attempt, out var work))
        {
            Free += work.Gpus;
        }
    }
}
