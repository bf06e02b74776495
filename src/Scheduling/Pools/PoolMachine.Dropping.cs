using Scheduling.Model;
using Scheduling.Preemption;

namespace Scheduling.Pools;

/// <content>Promises that are off: because what they name is gone, their time has passed, or quota would refuse whom they are made to.</content>
public sealed partial class PoolMachine
{
    /// <summary>The promise to this attempt is off; those who had not begun to make room go on.</summary>
    public void DropClaim(AttemptId attempt)
    {
        if (_promises.ContainsKey(attempt))
        {
            _claims.Drop(attempt);
            Do(new PoolEntry { Kind = PoolEntryKind.ClaimDropped, Attempt = attempt });
            _capacityGrew = true;
        }
    }

    private void DropStale()
    {
        foreach (var broken in _claims.Broken.ToList())
        {
            DropClaim(broken.For);
        }

        foreach (var claim in _promises.Values.Where(c => _clock > c.StartAt + (c.Kind == ClaimKind.Evict ? Policy.EvictionTimeout : Policy.ReservationSlack)).ToList())
        {
            DropClaim(claim.For);
            if (Find(claim.For)?.Group is { } group)
            {
                // Nobody left when they were expected to: what is free there is for whoever fits, before it is kept again for one that does not.
                (group.ClaimAgainAt, group.ReserveAgainAt) = (default, claim.Kind == ClaimKind.Reserve ? _clock + Policy.ClaimRetry : group.ReserveAgainAt);
            }
        }
    }

    /// <summary>Whose quota would refuse it by now: what is reserved for it would stand idle, and others that their quota admits would wait for that.</summary>
    private void DropRefused()
    {
        foreach (var attempt in Reserved.Where(a => a.Outlook?.Now is { Owed: false }).ToList())
        {
            DropClaim(attempt.Id);
            if (attempt.Group is { State: GroupState.NoRoom } group && ReferenceEquals(group.Waiting.First, attempt))
            {
                Refuse(group, attempt, attempt.Outlook!.Now!);
            }
        }
    }

    /// <summary>Machines come and go in slots: what was promised was a node, and not whatever stands there by now, which may have been bought for another.</summary>
    private void DropReplaced(RackView? known, RackView view)
    {
        if (known is null || _promises.Count == 0 || known.Spec.Nodes == view.Spec.Nodes)
        {
            return;
        }

        var (before, now) = (known.Spec.Nodes, view.Spec.Nodes);
        foreach (var claim in _promises.Values.Where(c => c.Target.Racks.Any(r => r.Rack == view.Spec.Rack && r.Workers.Any(w => IsReplaced(w.Slot)))).ToList())
        {
            DropClaim(claim.For);
        }

        bool IsReplaced(int slot) => slot < before.Length && (slot >= now.Length || before[slot].Name != now[slot].Name);
    }
}
