using Scheduling.Jobs;
using Scheduling.Model;

namespace Scheduling.Tests.Models;

/// <content>What failures are counted as, and what follows them.</content>
internal sealed partial class JobTwin
{
    private void Count(FailureClass kind, DateTimeOffset now)
    {
        Failed[kind] = Failed.GetValueOrDefault(kind) + 1;
        var gotSomewhere = (StartedAt is { } started && now - started >= TimeSpan.FromHours(1)) || (SavedAt is { } saved && saved > PlacedAt);
        LostInRow = kind != FailureClass.Hardware ? 0 : gotSomewhere ? 1 : LostInRow + 1;
    }

    private int? Named(FailureClass kind)
    {
        foreach (var limit in spec.Retry?.Limits ?? [])
        {
            if (limit.Class == kind)
                return limit.Retries;
        }

        return null;
    }

    private bool MayRetry(FailureClass kind, out TimeSpan wait)
    {
        var hardwareIsFree = Named(FailureClass.Hardware) is null && spec.Retry?.Budget is null;
        if (kind == FailureClass.Hardware && hardwareIsFree)
            return MayLose(out wait);
        var all = Failed.Where(f => f.Key != FailureClass.Hardware || !hardwareIsFree).Sum(f => f.Value);
        wait = spec.Retry is { } rules ? Doubled(rules.BackOff, rules.MaxBackOff, all - 1) : TimeSpan.Zero;
        if (all > (spec.Retry?.Budget ?? Math.Max(20, spec.MaxRetries)))
            return false;
        if (Named(kind) is { } most)
            return Failed[kind] <= most;
        return kind == FailureClass.Hardware || Failed.Where(f => f.Key != FailureClass.Hardware && Named(f.Key) is null).Sum(f => f.Value) <= spec.MaxRetries;
    }

    private bool MayLose(out TimeSpan wait)
    {
        wait = LostInRow < 2 ? TimeSpan.Zero : Doubled(TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(10), LostInRow - 2);
        return LostInRow <= 10 && Failed.GetValueOrDefault(FailureClass.Hardware) <= 1000;
    }

    private static TimeSpan Doubled(TimeSpan first, TimeSpan longest, int times)
    {
        for (var i = 0; i < times && first < longest; i++)
            first += first;
        return first < longest ? first : longest;
    }
}
