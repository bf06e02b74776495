using Scheduling.Model;
using Scheduling.Quotas;

namespace Grains.Quotas;

/// <content>Who waits for what, and the moments at which room appears by itself: a lease ends, or a budget begins anew.</content>
internal sealed partial class QuotaGrain
{
    /// <summary>Well within the time after which an idle activation is collected, and its timer with it.</summary>
    private static readonly TimeSpan LongestSleep = TimeSpan.FromMinutes(5);

    private readonly Dictionary<QuotaPath, DateTimeOffset> _resets = [];
    private IGrainTimer? _wake;

    private void Note(PoolId pool, QuotaCharge charge, QuotaRefusal refusal, DateTimeOffset now, HashSet<QuotaPath> freed)
    {
        if (refusal.Owed)
            _tree.Earmark(charge, now + options.Value.EarmarkLease);
        else
            AddLevels(_tree.CallOff(charge.Attempt), freed); // It is not owed any more what was kept for it.

        if (refusal.Problem is { } problem)
        {
            GrainLog.ChargeAtFault(log, _cohort, charge.Attempt.ToString(), problem);
            return;
        }

        _waiters.Add(pool, refusal.Path);
        if (refusal.ResetsAt is { } at)
            _resets[refusal.Path] = at;
    }

    private HashSet<QuotaPath> EndEarmarks(DateTimeOffset now)
    {
        var freed = new HashSet<QuotaPath>();
        foreach (var path in _tree.EndEarmarks(now))
            AddLevels(path, freed);
        return freed;
    }

    /// <summary>Wakes when the next lease ends or the next budget begins anew.</summary>
    private void ArmWake(DateTimeOffset now)
    {
        var next = _tree.NextEarmarkEnd;
        foreach (var at in _resets.Values)
            next = next is null || at < next ? at : next;
        if (next is not { } due)
            return;
        var wait = TimeSpan.FromTicks(Math.Clamp((due - now).Ticks, 0, LongestSleep.Ticks));
        _wake ??= this.RegisterGrainTimer(
            Wake, new GrainTimerCreationOptions(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan) { Interleave = true, KeepAlive = true });
        _wake.Change(wait, Timeout.InfiniteTimeSpan);
    }

    private Task Wake(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var freed = EndEarmarks(now);
        foreach (var (path, _) in _resets.Where(r => r.Value <= now).ToList())
        {
            _resets.Remove(path);
            freed.Add(path);
        }

        ArmWake(now);
        return TellOfRoom(freed);
    }

    private static void AddLevels(QuotaPath? path, HashSet<QuotaPath> levels)
    {
        for (; path is { } level; path = level.Parent)
            levels.Add(level);
    }
}
