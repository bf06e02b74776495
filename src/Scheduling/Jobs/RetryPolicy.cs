using Scheduling.Model;

namespace Scheduling.Jobs;

/// <summary>What follows a failed attempt.</summary>
public abstract record RetryDecision
{
    private RetryDecision()
    {
    }

    /// <summary>Once more, after <paramref name="Wait"/>.</summary>
    public sealed record Again(TimeSpan Wait) : RetryDecision;

    /// <summary>No more; <paramref name="Why"/> is for the user.</summary>
    public sealed record Enough(string Why) : RetryDecision;
}

/// <summary>
/// Which failures are retried, how often and how soon. Everything ends: a job that only ever fails evicts others a bounded
/// number of times.
/// </summary>
public static class RetryPolicy
{
    /// <summary>Retries of all classes together where the rules name no budget; the job's own MaxRetries counts when it is more.</summary>
    public const int DefaultBudget = 20;

    /// <summary>Attempts lost to hardware in a row, none of which got anywhere: it may be the job that breaks the machines.</summary>
    public const int MaxLostInRow = 10;

    /// <summary>Attempts lost to hardware in all.</summary>
    public const int MaxLost = 1000;

    /// <summary>An attempt that ran so long, or that saved its work, got somewhere.</summary>
    public static readonly TimeSpan GotSomewhere = TimeSpan.FromHours(1);

    private static readonly TimeSpan LossBackOff = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestLossBackOff = TimeSpan.FromMinutes(10);
    private const int MostDoublings = 30;

    /// <summary>After an attempt failed with this class; <paramref name="state"/> has counted it already.</summary>
    public static RetryDecision AfterFailure(JobState state, FailureClass failure)
    {
        var rules = state.Spec.Retry;
        if (failure == FailureClass.Hardware && LimitOf(rules, failure) is null && rules?.Budget is null)
        {
            return AfterLoss(state);
        }

        var counted = state.FailedByClass.Sum(f => f.Class == FailureClass.Hardware && LimitOf(rules, f.Class) is null && rules?.Budget is null ? 0 : f.Failures);
        var budget = rules?.Budget ?? Math.Max(DefaultBudget, state.Spec.MaxRetries);
        if (counted > budget)
        {
            return new RetryDecision.Enough($"its retry budget of {budget} is spent");
        }

        var limit = LimitOf(rules, failure);
        var failed = limit is not null
            ? state.FailedByClass.Where(f => f.Class == failure).Sum(f => f.Failures)
            : state.FailedByClass.Where(f => f.Class != FailureClass.Hardware && LimitOf(rules, f.Class) is null).Sum(f => f.Failures);
        var most = limit ?? (failure == FailureClass.Hardware ? budget : state.Spec.MaxRetries);
        return failed > most
            ? new RetryDecision.Enough(most == 0 ? $"{failure} failures are not retried" : $"all {most} retries after {failure} failures are used")
            : new RetryDecision.Again(rules is null ? TimeSpan.Zero : Doubled(rules.BackOff, rules.MaxBackOff, counted - 1));
    }

    /// <summary>After an attempt whose machines went: no fault of the job's, unless it happens again and again.</summary>
    public static RetryDecision AfterLoss(JobState state)
    {
        var lost = state.FailedByClass.Where(f => f.Class == FailureClass.Hardware).Sum(f => f.Failures);
        return state.LostInRow > MaxLostInRow ? new RetryDecision.Enough($"{state.LostInRow} attempts in a row lost their machines and got nowhere")
            : lost > MaxLost ? new RetryDecision.Enough($"{lost} attempts lost their machines")
            : new RetryDecision.Again(state.LostInRow < 2 ? TimeSpan.Zero : Doubled(LossBackOff, LongestLossBackOff, state.LostInRow - 2));
    }

    /// <summary>The state with one more failure of this class.</summary>
    public static JobState Count(JobState state, FailureClass failure, DateTimeOffset now)
    {
        var byClass = state.FailedByClass;
        var at = byClass.IndexOf(byClass.FirstOrDefault(f => f.Class == failure, new FailureCount(failure, -1)));
        var counts = at < 0 ? byClass.Add(new FailureCount(failure, 1)) : byClass.SetItem(at, byClass[at] with { Failures = byClass[at].Failures + 1 });
        var gotSomewhere = now - state.StartedAt >= GotSomewhere || state.LastCheckpointAt > state.PlacedAt;
        return state with
        {
            FailedByClass = counts,
            Failures = state.Failures + (failure == FailureClass.Hardware ? 0 : 1),
            LostInRow = failure != FailureClass.Hardware ? 0 : gotSomewhere ? 1 : state.LostInRow + 1,
        };
    }

    private static int? LimitOf(RetryRules? rules, FailureClass failure)
    {
        foreach (var limit in rules?.Limits ?? [])
        {
            if (limit.Class == failure)
            {
                return limit.Retries;
            }
        }

        return null;
    }

    private static TimeSpan Doubled(TimeSpan first, TimeSpan longest, int times)
    {
        // In doubles: the largest product is far from overflow there.
        var seconds = first.TotalSeconds * Math.Pow(2, Math.Clamp(times, 0, MostDoublings));
        return seconds >= longest.TotalSeconds ? longest : TimeSpan.FromSeconds(seconds);
    }
}
