using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using Scheduling.Model;
using Scheduling.Scaling;

namespace Benchmarks.DemandStudy;

/// <summary>
/// The product: its planner looks whenever something has happened, and otherwise when time alone changes something; its scale sets' states are led by the
/// production decider, one write of a set at a time, as the gateway's reconciler leads them.
/// </summary>
/// <param name="policy">What an operator allows and wants.</param>
/// <param name="overlaps">What the product does not do: it writes a set again while machines that it asked for before are still coming …</param>
/// <param name="overlapsDeletions">… and while machines are going.</param>
internal sealed class PlannedCapacity(ScalePolicy policy, bool overlaps = false, bool overlapsDeletions = false) : ICapacityPolicy
{
    /// <summary>The gateway plans anew after so long though it heard nothing.</summary>
    private const long ReviewEvery = 10;

    /// <summary>While machines are on their way the set is read for their names, first after this …</summary>
    private const long NamesWithin = 3;

    /// <summary>… and then no sooner than this after the last reading. Here only when something else happens: a reading alone changes no plan.</summary>
    private const long ReadEvery = 15;

    private static readonly TimeSpan s_joinWithin = TimeSpan.FromMinutes(15);

    private readonly Set[] _sets = [.. DemandCloud.Sets.Select((name, number) => new Set(name, number))];
    private readonly Dictionary<NodeId, DateTimeOffset> _idleSince = [];
    private readonly Dictionary<AttemptId, DateTimeOffset> _unmetSince = [];
    private DemandWorld _world = null!;
    private long _reviewAt = long.MaxValue;

    public void Begin(DemandWorld world) => _world = world;

    public void Moved()
    {
        foreach (var set in _sets)
        {
            Reconcile(set);
        }

        Look();
    }

    private void Look()
    {
        var demand = _world.Pool.Demand();
        SeeIdle(demand);
        var plan = ScalePlanner.Plan(new ScaleScene
        {
            Now = _world.Time, Policy = policy, Demand = demand, IdleSince = _idleSince.ToImmutableDictionary(), JoinWithin = s_joinWithin, UnmetSince = _unmetSince.ToImmutableDictionary(),
            Sets = [.. _sets.Select(s => new OfferedSet { Offer = s.Offer, State = s.State, Instances = s.Seen!.Instances, IsSettled = s.IsSettled && s.State.Operation is null })],
            RecentDeletions = _sets.Sum(s => ScaleSetDecider.ReturnedLately(s.State, _world.Time)),
        });
        SeeUnmet(plan);
        if (!plan.Earmarks.IsEmpty)
        {
            _world.Pool.SetEarmarks(plan.Earmarks);
        }

        foreach (var want in plan.Wants)
        {
            Of(want.Set).Become(ScaleSetDecider.Want(Of(want.Set).State, want.Capacity, want.Reason, _world.Time));
        }

        foreach (var gone in plan.Returns)
        {
            Return(Of(gone.Set), gone);
        }

        foreach (var set in _sets)
        {
            Reconcile(set);
        }

        Review(demand);
    }

    /// <summary>Its node is idle: it is closed, and nothing has to leave it first.</summary>
    private void Return(Set set, ScaleReturn gone)
    {
        set.Become(ScaleSetDecider.Remove(set.State, [(gone.Instance, gone.Node)], gone.Reason, _world.Time));
        var node = _world.Pool.Find(gone.Node)!;
        if (node.Work.Count > 0)
        {
            throw new InvalidOperationException($"{gone.Node} is to go and has work");
        }

        _world.Pool.Close(node);
        set.Become(ScaleSetDecider.Drained(set.State, gone.Instance));
    }

    /// <summary>As ScaleSetReconciler: follow what is under way; read; do one thing.</summary>
    private void Reconcile(Set set)
    {
        while (true)
        {
            if (set.Operation is { } operation)
            {
                if (operation.EndsAt > _world.Now && !MayOverlap(set, operation))
                {
                    LookAtNewMachines(set);
                    return;
                }

                set.Operation = null;
                Report(set, new ScaleSetReport { Fence = 1, Ended = set.State.Operation!.Url, Failure = operation.Failure });
            }

            (set.Seen, set.IsSettled) = (_world.Cloud.Read(set.Number), true);
            Report(set, new ScaleSetReport { Fence = 1, Seen = set.Seen });
            foreach (var deleted in set.State.Removals.Where(r => r.Stage == RemovalStage.Deleted))
            {
                set.Become(ScaleSetDecider.Retired(set.State, deleted.Instance));
            }

            switch (ScaleSetDecider.Step(set.State, set.Seen, 1, s_joinWithin, _world.Time))
            {
                case ScaleSetStep.Grow grow:
                    var there = set.Seen.Instances.Count(i => i.State != InstanceState.Deleting);
                    Ask(set, grow.Capacity, _world.Cloud.Grow(set.Number, grow.Capacity - there));
                    return;
                case ScaleSetStep.Delete delete:
                    var ids = delete.Instances.ToHashSet(StringComparer.Ordinal);
                    Ask(set, null, _world.Cloud.Delete([.. _world.Cloud.Live(set.Number).Where(m => ids.Contains(m.Id))]));
                    return;
                case ScaleSetStep.Wait:
                    return;
                default:
                    throw new InvalidOperationException("nobody else writes here");
            }
        }
    }

    /// <summary>They are given their names before they join, and whose they are must be known by then.</summary>
    private void LookAtNewMachines(Set set)
    {
        var operation = set.State.Operation!;
        if (operation.Capacity is null || _world.Time - operation.StartedAt < TimeSpan.FromSeconds(NamesWithin) || _world.Now < set.ReadAgainAt)
        {
            return;
        }

        (set.Seen, set.ReadAgainAt) = (_world.Cloud.Read(set.Number), _world.Now + ReadEvery);
        Report(set, new ScaleSetReport { Fence = 1, Seen = set.Seen });
    }

    private bool MayOverlap(Set set, DemandOperation operation) => operation.Failure is null && (set.State.Operation!.Capacity is null ? overlapsDeletions : overlaps);

    private void Ask(Set set, int? capacity, DemandOperation operation)
    {
        (set.Operation, set.IsSettled, set.ReadAgainAt) = (operation, false, 0);
        _world.At(_world.Now + NamesWithin, () => { });
        var url = string.Create(CultureInfo.InvariantCulture, $"operation-{_world.Now}");
        Report(set, new ScaleSetReport { Fence = 1, Began = new ScaleSetOperation { Url = url, Capacity = capacity, StartedAt = _world.Time } });
        _world.At(operation.EndsAt, () => { });
    }

    private void Report(Set set, ScaleSetReport report) => set.Become(ScaleSetDecider.Report(set.State, report, _world.Time));

    private Set Of(string name) => _sets.First(s => s.Offer.Set == name);

    private void SeeIdle(ScaleDemand demand)
    {
        HashSet<NodeId> idle = [];
        foreach (var rack in demand.Racks)
        {
            for (var rest = rack.Idle; rest != 0; rest &= rest - 1)
            {
                idle.Add(rack.Spec.Nodes[BitOperations.TrailingZeroCount(rest)].Name);
            }
        }

        foreach (var busy in _idleSince.Keys.Where(n => !idle.Contains(n)).ToList())
        {
            _idleSince.Remove(busy);
        }

        foreach (var node in idle)
        {
            _idleSince.TryAdd(node, _world.Time);
        }
    }

    private void SeeUnmet(ScalePlan plan)
    {
        var unmet = plan.Unmet.Select(u => u.Attempt).ToHashSet();
        foreach (var over in _unmetSince.Keys.Where(a => !unmet.Contains(a)).ToList())
        {
            _unmetSince.Remove(over);
        }

        foreach (var attempt in unmet)
        {
            _unmetSince.TryAdd(attempt, _world.Time);
        }
    }

    /// <summary>The next of the gateway's reviews that can come out otherwise, though nothing happens: a node has been idle long enough, or a wait is over.</summary>
    private void Review(ScaleDemand demand)
    {
        var due = _idleSince.Values.Select(since => since + policy.IdleAfter)
            .Concat(_sets.Where(s => s.State.BackOff is not null).Select(s => s.State.BackOff!.Until))
            .Concat(_sets.SelectMany(s => s.State.Returned).Select(r => r.At.AddMinutes(10)))
            .Concat(demand.Earmarks.Select(e => e.Until))
            .Concat(_unmetSince.Values.Select(since => since + policy.GiveUpAfter))
            .Where(at => at > _world.Time).DefaultIfEmpty(DateTimeOffset.MaxValue).Min();
        if (due == DateTimeOffset.MaxValue)
        {
            return;
        }

        var at = (((long)(due - DemandWorld.Start).TotalSeconds / ReviewEvery) + 1) * ReviewEvery;
        if (at < _reviewAt || _reviewAt <= _world.Now)
        {
            _reviewAt = at;
            _world.At(at, () => { });
        }
    }

    private sealed class Set(string name, int number)
    {
        public int Number => number;

        public ScaleOffer Offer { get; } = new()
        {
            Set = name, Offering = new OfferingKey("Standard_ND96isr_H100_v5", name, false), Node = DemandCloud.Model, Ceiling = DemandCloud.Ceiling, Block = name,
            PricePerHour = DemandCloud.PricePerHour,
        };

        public ScaleSetState State { get; private set; } =
            ((ScaleSetDecision.Change)ScaleSetDecider.Configure(null, new ScaleSetSpec { Id = name, Pool = DemandPool.Id, Ceiling = DemandCloud.Ceiling })).Next;

        public ScaleSetReading? Seen { get; set; }

        public bool IsSettled { get; set; }

        public long ReadAgainAt { get; set; }

        public DemandOperation? Operation { get; set; }

        public void Become(ScaleSetDecision decision) => State = decision switch
        {
            ScaleSetDecision.Change { Next: var next } => next,
            ScaleSetDecision.Refuse { Message: var why } => throw new InvalidOperationException(why),
            _ => State,
        };
    }
}
