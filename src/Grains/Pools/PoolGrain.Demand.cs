using System.Collections.Immutable;
using Scheduling;
using Scheduling.Pools;
using Scheduling.Scaling;

namespace Grains.Pools;

/// <content>For whoever buys and returns machines.</content>
internal sealed partial class PoolGrain
{
    /// <summary>More gangs than these are served once the first ones were.</summary>
    private const int MostGangs = 512;

    /// <summary>Where jobs end all the time no moment is like the next.</summary>
    private const int MostAskings = 4;

    public async Task<ScaleDemand?> GetDemand(long known, TimeSpan wait)
    {
        if (known == _core.Demand.Version && wait > TimeSpan.Zero)
        {
            await WaitFor(_core.Demand.Moved, wait);
        }

        for (var asking = 1; _core.IsAttached; asking++)
        {
            // 1. Who has no room. 2. Of these, whom quota would admit: machines for others would stand idle. 3. What is so after the answer.
            var version = _core.Demand.Version;
            var waiting = _core.Tell().WithoutRoom(MostGangs, out var leftOut);
            var told = Machine.OnTheirWay(MostGangs);
            var admission = await _quota.Admit(waiting, told);
            if (asking == MostAskings || !Machine.ComingAndGoing.Union(Machine.WithRoomBeingMade).Except(told).Any())
            {
                return Cut(version, waiting, leftOut, told, admission);
            }
        }

        return null;
    }

    /// <summary>
    /// The pool as it is now, and of who has no room those whom quota would admit beside all that has. What came meanwhile takes what quota does not count yet, what
    /// ends has it given back and is not free, and what quota refuses has room for a moment longer: with these as many less are admitted, or there would be machines for both.
    /// </summary>
    private ScaleDemand Cut(long version, IReadOnlyList<PoolAttempt> waiting, int leftOut, IReadOnlyList<PoolAttempt> told, PoolQuota.Admission admission)
    {
        if (!Guards.Hold(Guard.OnlyAdmitted))
        {
            admission.Granted.UnionWith(waiting.Select(a => a.Id));
        }

        var admitted = waiting.Where(a => admission.Granted.Contains(a.Id) && ReferenceEquals(Machine.Find(a.Id), a) && a.Stage == AttemptStage.Queued).ToList();
        var notCounted = Machine.ComingAndGoing.Where(a => !admission.Granted.Contains(a.Id)).Concat(Machine.WithRoomBeingMade.Except(told)).Select(_quota.ChargeOf);
        var left = DemandCut.LeftOut([.. admitted.Select(_quota.ChargeOf)], notCounted);
        ImmutableArray<MachineEarmark> earmarks = [.. Machine.Earmarks];
        return new ScaleDemand
        {
            Version = version, Gangs = [.. admitted.Where(a => !left.Contains(a.Id)).Select(a => new PendingGang { Attempt = a.Id, Spec = a.Spec })], Racks = Machine.IdleRacks(),
            RefusedByQuota = waiting.Count(a => !admission.Granted.Contains(a.Id)), LeftOut = leftOut, Earmarks = earmarks,
            NoLongerAdmitted = [.. earmarks.Select(e => e.For).Where(a => admission.Refused.Contains(a) && Machine.Find(a) is { Stage: AttemptStage.Queued })],
        };
    }

    public async Task<bool> SetEarmarks(ImmutableArray<MachineEarmark> earmarks, ImmutableArray<MachineEarmark> known)
    {
        if (Machine.Earmarks.Except(known).Except(earmarks).Any())
        {
            return false;
        }

        _core.Tell().SetEarmarks(earmarks);
        await _core.Flush();
        _rounds.Kick();
        return true;
    }
}
