using System.Collections.Immutable;
using Scheduling.Pools;
using Scheduling.Scaling;

namespace Grains.Pools;

/// <content>For whoever buys and returns machines.</content>
internal sealed partial class PoolGrain
{
    /// <summary>More gangs than these are served once the first ones were.</summary>
    private const int MostGangs = 512;

    public async Task<ScaleDemand?> GetDemand(long known, TimeSpan wait)
    {
        if (known == _core.Demand.Version && wait > TimeSpan.Zero)
        {
            await WaitFor(_core.Demand.Moved, wait);
        }

        if (!_core.IsAttached)
        {
            return null;
        }

        // 1. Who has no room. 2. Of these, whom quota would admit: machines for others would stand idle. 3. What is so after the answer.
        var version = _core.Demand.Version;
        var waiting = _core.Tell().WithoutRoom(MostGangs, out var leftOut);
        var admitted = await _quota.Admitted(waiting);
        var still = admitted.Where(a => ReferenceEquals(Machine.Find(a.Id), a) && a.Stage == AttemptStage.Queued);
        return new ScaleDemand
        {
            Version = version, Gangs = [.. still.Select(a => new PendingGang { Attempt = a.Id, Spec = a.Spec })], Racks = Machine.IdleRacks(),
            RefusedByQuota = waiting.Count - admitted.Count, LeftOut = leftOut, Earmarks = [.. Machine.Earmarks],
        };
    }

    public async Task SetEarmarks(ImmutableArray<MachineEarmark> earmarks)
    {
        _core.Tell().SetEarmarks(earmarks);
        await _core.Flush();
        _rounds.Kick();
    }
}
