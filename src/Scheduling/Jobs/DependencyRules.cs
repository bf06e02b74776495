using Scheduling.Model;

namespace Scheduling.Jobs;

/// <summary>How a dependency stands.</summary>
public enum DependencyStanding
{
    Waiting = 0,
    Met = 1,

    /// <summary>It can no longer come true.</summary>
    Never = 2,
}

/// <summary>What counts of a job for those that wait for it.</summary>
[GenerateSerializer, Immutable]
public readonly record struct DependencyFact([property: Id(0)] JobPhase Phase, [property: Id(1)] bool HasStarted);

/// <summary>When a dependency is met, and when it never will be.</summary>
public static class DependencyRules
{
    public const string NeverSatisfied = "DependencyNeverSatisfied";

    public static DependencyFact FactOf(JobState state) => new(state.Phase, state.HasStarted);

    public static DependencyStanding Of(DependencyCondition condition, DependencyFact fact)
    {
        var isMet = condition switch
        {
            DependencyCondition.Succeeded => fact.Phase == JobPhase.Succeeded,
            DependencyCondition.Ended => fact.Phase.IsEnded(),
            DependencyCondition.Failed => fact.Phase.IsEnded() && fact.Phase != JobPhase.Succeeded,
            _ => fact.HasStarted,
        };
        return isMet ? DependencyStanding.Met : fact.Phase.IsEnded() ? DependencyStanding.Never : DependencyStanding.Waiting;
    }

    /// <summary>Somebody who waits for this job can be told something.</summary>
    public static bool HasNews(JobState state) => !state.Dependents.IsDefaultOrEmpty && state.Dependents.Any(d => IsNews(state, d));

    /// <summary>Is what <paramref name="dependent"/> waits for decided?</summary>
    public static bool IsNews(JobState state, JobDependency dependent) => Of(dependent.Condition, FactOf(state)) != DependencyStanding.Waiting;
}
