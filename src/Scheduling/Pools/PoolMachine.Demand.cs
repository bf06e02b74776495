using System.Collections.Immutable;
using Scheduling.Preemption;
using Scheduling.Scaling;

namespace Scheduling.Pools;

/// <content>What a pool would need machines for, and which it does not need.</content>
public sealed partial class PoolMachine
{
    /// <summary>
    /// Attempts that have no room, by priority and age, not more than <paramref name="most"/>. Not those for whom others are making room, and none
    /// that run only on what is left over.
    /// </summary>
    public IReadOnlyList<PoolAttempt> WithoutRoom(int most, out int leftOut)
    {
        List<PoolAttempt> waiting = [];
        leftOut = 0;
        foreach (var group in _queue.Groups.Where(g => g.State == GroupState.NoRoom && !g.Waiting.First.Spec.IsOpportunistic))
        {
            waiting.AddRange(group.Waiting.All.Take(most).Where(a => !(_promises.TryGetValue(a.Id, out var claim) && claim.Kind == ClaimKind.Evict)));
            leftOut += Math.Max(0, group.Waiting.Count - most);
        }

        waiting.Sort(QueueOrder.Instance);
        leftOut += Math.Max(0, waiting.Count - most);
        return waiting.Count > most ? waiting.GetRange(0, most) : waiting;
    }

    /// <summary>Every rack with nodes, and which of these are idle, in name order. What is kept for a gang that waits is idle until it starts.</summary>
    public ImmutableArray<IdleRack> IdleRacks() =>
    [
        .. KnownRacks.Select(FindRack).Where(r => r is { Spec.Nodes.IsEmpty: false }).OrderBy(r => r!.Spec.Rack.Value, StringComparer.Ordinal)
            .Select(r => new IdleRack
            {
                Spec = r!.Spec,
                Idle = _racks.Index.IdleNodes(r.Spec.Rack) | (_earmarks.HeldOn(r.Spec.Rack) & r.Schedulable),
                Closed = _racks.Index.ClosedNodes(r.Spec.Rack) | (_earmarks.HeldOn(r.Spec.Rack) & ~r.Schedulable),
            }),
    ];
}
