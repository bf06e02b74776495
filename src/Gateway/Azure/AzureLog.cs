using Scheduling.Model;

namespace Gateway.Azure;

/// <summary>What is done to scale sets and why: numbers 7400–7499; never reused. 7410–7419 are the audit log of capacity.</summary>
internal static partial class AzureLog
{
    [LoggerMessage(7400, LogLevel.Information, "{Set}: {Step}")]
    public static partial void Doing(ILogger logger, string set, string step);

    [LoggerMessage(7401, LogLevel.Warning, "{Set}: looked at again in {Wait}")]
    public static partial void Failed(ILogger logger, Exception exception, string set, TimeSpan wait);

    [LoggerMessage(7402, LogLevel.Warning, "{Set}: {Failure} ({Message})")]
    public static partial void NoMachines(ILogger logger, string set, string failure, string message);

    [LoggerMessage(7403, LogLevel.Warning, "Pool {Pool}: capacity could not be planned; again in {Wait}")]
    public static partial void PlanFailed(ILogger logger, Exception exception, PoolId pool, TimeSpan wait);

    [LoggerMessage(7404, LogLevel.Warning, "The quota of {Location} is not known: {Answer}")]
    public static partial void NoUsages(ILogger logger, string location, string? answer);

    [LoggerMessage(7410, LogLevel.Information, "Pool {Pool}: {Set} is to have {Capacity} machines ({Before} before): {Reason} (dry run: {DryRun})")]
    public static partial void Wants(ILogger logger, PoolId pool, string set, int capacity, int before, string reason, bool dryRun);

    [LoggerMessage(7411, LogLevel.Information, "Pool {Pool}: {Set} returns machine {Instance}, node {Node}: {Reason} (dry run: {DryRun})")]
    public static partial void Returns(ILogger logger, PoolId pool, string set, string instance, NodeId node, string reason, bool dryRun);

    [LoggerMessage(7412, LogLevel.Warning, "Pool {Pool}: {Set} refused: {Message}")]
    public static partial void WantRefused(ILogger logger, PoolId pool, string set, string message);

    [LoggerMessage(7413, LogLevel.Warning, "Pool {Pool}: no machines can be had for {Unmet}; {Refused} more gangs wait for quota of ours")]
    public static partial void Unmet(ILogger logger, PoolId pool, string unmet, int refused);

    [LoggerMessage(7414, LogLevel.Information, "{Set}: {What} ({Outcome})")]
    public static partial void Signal(ILogger logger, string set, string what, string outcome);

    [LoggerMessage(7415, LogLevel.Information, "Pool {Pool}: {Attempt} has {Machines} machines of its own, until {Until} (dry run: {DryRun})")]
    public static partial void Earmarks(ILogger logger, PoolId pool, AttemptId attempt, int machines, DateTimeOffset until, bool dryRun);

    [LoggerMessage(7416, LogLevel.Information, "{Set}: machine {Instance} is protected from scale-in: {On} ({Answer})")]
    public static partial void Protects(ILogger logger, string set, string instance, bool on, string? answer);

    [LoggerMessage(7405, LogLevel.Warning, "Decisions on capacity could not be told to {Whom}; again later")]
    public static partial void TellFailed(ILogger logger, Exception exception, string whom);
}
