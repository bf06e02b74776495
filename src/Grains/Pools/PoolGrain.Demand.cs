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
            var (earmarks, onTheirWay) = (Machine.Earmarks.ToImmutableArray(), Machine.OnTheirWay(MostGangs));
            var waiting = _core.Tell().WithoutRoom(MostGangs, out var leftOut);
            var admitted = Guards.Hold(Guard.OnlyAdmitted) ? await _quota.Admitted(waiting, onTheirWay) : waiting;
            if (IsOfAnotherMoment(earmarks, onTheirWay.Concat(admitted)) && asking < MostAskings)
            {
                continue;
            }

            var still = admitted.Where(a => ReferenceEquals(Machine.Find(a.Id), a) && a.Stage == AttemptStage.Queued);
            return new ScaleDemand
            {
                Version = version, Gangs = [.. still.Select(a => new PendingGang { Attempt = a.Id, Spec = a.Spec })], Racks = Machine.IdleRacks(),
                RefusedByQuota = waiting.Count - admitted.Count, LeftOut = leftOut, Earmarks = earmarks,
            };
        }

        return null;
    }

    /// <summary>
    /// Since quota was asked machines got owners, or attempts that it was not told of were planned or came to their end: what these take is not charged, what those had
    /// is given back and not free yet. Both together would be machines for more than quota admits.
    /// </summary>
    private bool IsOfAnotherMoment(ImmutableArray<MachineEarmark> earmarks, IEnumerable<PoolAttempt> told) =>
        !earmarks.AsSpan().SequenceEqual(Machine.Earmarks.ToArray()) || Machine.ComingAndGoing.Except(told).Any();

    public async Task SetEarmarks(ImmutableArray<MachineEarmark> earmarks)
    {
        _core.Tell().SetEarmarks(earmarks);
        await _core.Flush();
        _rounds.Kick();
    }
}
