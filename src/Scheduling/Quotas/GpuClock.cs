using System.Collections.Immutable;

namespace Scheduling.Quotas;

/// <summary>What one level's GPU clock has counted.</summary>
[GenerateSerializer, Immutable]
public sealed record GpuClockState
{
    /// <summary>Up to when, in seconds of Unix time; 0: not started.</summary>
    [Id(0)] public required long At { get; init; }

    /// <summary>Thousandths of a GPU × seconds, ever.</summary>
    [Id(1)] public required long Total { get; init; }

    /// <summary>The total when a budget without a period was set.</summary>
    [Id(2)] public long Base { get; init; }

    /// <summary>By day, oldest first; kept only where there is a budget.</summary>
    [Id(3)] public ImmutableArray<GpuDay> Days { get; init; } = [];
}

/// <summary>What was spent on one day (days since 1970-01-01 UTC), in thousandths of a GPU × seconds.</summary>
[GenerateSerializer, Immutable]
public readonly record struct GpuDay([property: Id(0)] int Day, [property: Id(1)] long Spent);

/// <summary>
/// Adds up GPU time in whole numbers: thousandths of a GPU × whole seconds. A charge counts from the second in which it was made to
/// the second in which it ended, so nothing is gained or lost by how often anybody looks.
/// </summary>
internal sealed class GpuClock
{
    public const int MaxDays = 366;
    private const long Day = 86_400;
    public const long MilliSecondsPerHour = 3_600_000;

    private readonly List<GpuDay> _days = [];
    private long _at;
    private long _base;

    public long Total { get; private set; }

    /// <summary>Counts so much GPU in use up to now, which keeps days only for a budget.</summary>
    public void Advance(long milli, DateTimeOffset now, bool keepsDays)
    {
        var to = now.ToUnixTimeSeconds();
        if (_at == 0)
            _at = Math.Max(0, to);
        if (to <= _at)
            return;
        Total = Add(Total, milli, to - _at);
        if (keepsDays && milli > 0)
        {
            for (var from = Math.Max(_at, (to / Day * Day) - (MaxDays * Day)); from < to;)
            {
                var end = Math.Min(to, ((from / Day) + 1) * Day);
                AddDay((int)(from / Day), milli, end - from);
                from = end;
            }
        }

        _at = to;
    }

    /// <summary>A budget was set in place of another; each as null when there is none. Up to now it has been counted.</summary>
    public void Change(GpuHourBudget? from, GpuHourBudget? to)
    {
        if (to is null)
            _days.Clear();
        if (to?.Period == BudgetPeriod.None && from?.Period != BudgetPeriod.None)
            _base = Total;
    }

    /// <summary>Ever, with what has been used since it was last counted.</summary>
    public long TotalAt(long milli, DateTimeOffset now) => Add(Total, milli, Since(_at, now));

    /// <summary>How this budget stands while so much GPU is in use.</summary>
    public BudgetView View(GpuHourBudget budget, long milli, DateTimeOffset now)
    {
        milli = _at == 0 ? 0 : milli;
        var today = now.ToUnixTimeSeconds() / Day;
        var first = FirstDay(budget, now, today);
        var spent = Spent(budget, first, milli, now);
        var all = (Int128)budget.Hours * MilliSecondsPerHour;
        var resets = ResetsAt(budget, spent, all, first, today, milli, now);
        DateTimeOffset? exhausted = spent >= all ? now : null;
        if (exhausted is null && milli > 0 && (all - spent + milli - 1) / milli is var seconds && seconds < 100 * MaxDays * Day)
        {
            exhausted = now.AddSeconds((long)seconds);
            if (budget.Period is BudgetPeriod.Month or BudgetPeriod.Week && exhausted >= resets)
                exhausted = null;
        }

        return new BudgetView
        {
            Budget = budget,
            SpentMilliSeconds = (long)Int128.Min(spent, long.MaxValue),
            From = first is { } day ? DateTimeOffset.FromUnixTimeSeconds(day * Day) : null,
            ResetsAt = resets,
            ExhaustedAt = exhausted,
            IsSpent = spent >= all,
        };
    }

    public GpuClockState? ToState() => _at == 0 ? null : new GpuClockState { At = _at, Total = Total, Base = _base, Days = [.. _days] };

    /// <summary>As it was then; null: as it was before it started.</summary>
    public void Restore(GpuClockState? state)
    {
        _at = state?.At ?? 0;
        Total = state?.Total ?? 0;
        _base = state?.Base ?? 0;
        _days.Clear();
        _days.AddRange(state?.Days ?? []);
    }

    private Int128 Spent(GpuHourBudget budget, long? first, long milli, DateTimeOffset now)
    {
        if (first is not { } day)
            return (Int128)Total - _base + ((Int128)milli * Since(_at, now));
        Int128 spent = 0;
        foreach (var kept in _days)
            spent += kept.Day >= day ? kept.Spent : 0;
        return spent + ((Int128)milli * Since(Math.Max(_at, day * Day), now));
    }

    /// <summary>The period's first day; null when it has no beginning.</summary>
    private static long? FirstDay(GpuHourBudget budget, DateTimeOffset now, long today) => budget.Period switch
    {
        BudgetPeriod.Month => today - now.UtcDateTime.Day + 1,
        BudgetPeriod.Week => today - (((int)now.UtcDateTime.DayOfWeek + 6) % 7),
        BudgetPeriod.Rolling => today - budget.Days + 1,
        _ => null,
    };

    private DateTimeOffset? ResetsAt(GpuHourBudget budget, Int128 spent, Int128 all, long? first, long today, long milli, DateTimeOffset now)
    {
        switch (budget.Period)
        {
            case BudgetPeriod.Month:
                return DateTimeOffset.FromUnixTimeSeconds((today - now.UtcDateTime.Day + 1) * Day).AddMonths(1);
            case BudgetPeriod.Week:
                return DateTimeOffset.FromUnixTimeSeconds((first!.Value + 7) * Day);
            case BudgetPeriod.Rolling when all > 0:
                // One day after the other leaves the window, until less than the budget is in it.
                for (var day = first!.Value; day <= today; day++)
                {
                    if (spent < all)
                        return DateTimeOffset.FromUnixTimeSeconds((day == first ? today + 1 : day - 1 + budget.Days) * Day);
                    spent -= SpentOn(day, milli, now);
                }

                return DateTimeOffset.FromUnixTimeSeconds((today + budget.Days) * Day);
            default:
                return null;
        }
    }

    private Int128 SpentOn(long day, long milli, DateTimeOffset now)
    {
        Int128 spent = 0;
        foreach (var kept in _days)
            spent += kept.Day == day ? kept.Spent : 0;
        var from = Math.Max(_at, day * Day);
        return spent + ((Int128)milli * Math.Max(0, Math.Min(now.ToUnixTimeSeconds(), (day + 1) * Day) - from));
    }

    private static long Since(long from, DateTimeOffset now) => from == 0 ? 0 : Math.Max(0, now.ToUnixTimeSeconds() - from);

    private void AddDay(int day, long milli, long seconds)
    {
        if (_days.Count > 0 && _days[^1].Day == day)
        {
            _days[^1] = _days[^1] with { Spent = Add(_days[^1].Spent, milli, seconds) };
            return;
        }

        _days.Add(new GpuDay(day, Add(0, milli, seconds)));
        _days.RemoveAll(d => d.Day <= day - MaxDays);
    }

    /// <summary>Amounts that no machine room could hold stop at the largest number, and so stay spent.</summary>
    private static long Add(long sum, long milli, long seconds) => (long)Int128.Min(long.MaxValue, sum + ((Int128)milli * seconds));
}
