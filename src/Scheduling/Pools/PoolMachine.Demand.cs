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
            waiting.AddRange(group.Waiting.All.Take(most).Where(a => !IsMakingRoomFor(a.Id)));
            leftOut += Math.Max(0, group.Waiting.Count - most);
        }

        waiting.Sort(QueueOrder.Instance);
        leftOut += Math.Max(0, waiting.Count - most);
        return waiting.Count > most ? waiting.GetRange(0, most) : waiting;
    }

    /// <summary>Attempts between plan and commit, and those that are over and whose capacity is not free yet.</summary>
    public IEnumerable<PoolAttempt> ComingAndGoing => _active.InOrder.Where(a => a.Stage is AttemptStage.Placing or AttemptStage.Freeing);

    /// <summary>Attempts that wait for others to leave for them.</summary>
    public IEnumerable<PoolAttempt> WithRoomBeingMade => Promised(ClaimKind.Evict);

    /// <summary>It waits for others to leave for it.</summary>
    public bool IsMadeRoomFor(PoolAttempt attempt) => attempt.Stage == AttemptStage.Queued && IsMakingRoomFor(attempt.Id);

    /// <summary>
    /// Attempts that are on their way onto nodes that are there, or off them: between plan and commit, about to be looked at, with others making room for them, waiting
    /// with machines of their own, or not free yet. The quota that they take is gone for those without room, and their tree may not know it yet, or not any more.
    /// </summary>
    public IReadOnlyList<PoolAttempt> OnTheirWay(int most) =>
    [
        .. ComingAndGoing.Take(most),
        .. WithRoomBeingMade.Take(most),
        .. _queue.Groups.Where(g => g.State == GroupState.Ready).SelectMany(g => g.Waiting.All.Take(most)).Where(a => !IsMakingRoomFor(a.Id))
            .Order(QueueOrder.Instance).Take(most),
        .. _earmarks.All.Select(e => Find(e.For)).OfType<PoolAttempt>().Where(a => a is { Stage: AttemptStage.Queued, Group.State: not GroupState.Ready } && !IsMakingRoomFor(a.Id)),
    ];

    /// <summary>Of some rack it is not known what is there.</summary>
    public bool AnyUnseen => KnownRacks.Any(r => FindRack(r) is null);

    /// <summary>
    /// Every rack with nodes, and which of these are idle, in name order. What is kept for a gang that waits is idle until it starts: its own machines, and what is
    /// reserved, or there would be machines for it twice.
    /// </summary>
    public ImmutableArray<IdleRack> IdleRacks() => _claims.WithBackfill(DateTimeOffset.MinValue, () => ImmutableArray.CreateRange(
        KnownRacks.Select(FindRack).Where(r => r is { Spec.Nodes.IsEmpty: false }).OrderBy(r => r!.Spec.Rack.Value, StringComparer.Ordinal).Select(r => new IdleRack
        {
            Spec = r!.Spec,
            Idle = _racks.Index.IdleNodes(r.Spec.Rack) | (_earmarks.HeldOn(r.Spec.Rack) & r.Schedulable),
            Closed = _racks.Index.ClosedNodes(r.Spec.Rack) | (_earmarks.HeldOn(r.Spec.Rack) & ~r.Schedulable),
            Workless = _racks.WorklessNodes(r),
        })));
}
