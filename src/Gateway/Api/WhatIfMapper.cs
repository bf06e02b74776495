using Gateway.Contracts;
using Core = Scheduling.WhatIf;

namespace Gateway.Api;

/// <summary>Answers of "what if", to the contracts.</summary>
internal static class WhatIfMapper
{
    private const double SecondsPerHour = 3600;

    /// <summary>The member of the request that a problem is about.</summary>
    public static string FieldOf(Core.WhatIfProblem problem) => $"changes[{problem.Change}]" + problem.Member switch
    {
        "Path" => ".quota.path",
        "Percent" => ".quota.percent",
        "Nominal" => ".quota.nominal",
        "Limit" => ".quota.limit",
        "Count" => ".addNodes.count",
        "Like" => ".addNodes.like",
        "Names" => ".takeNodes.names",
        "Job" => ".priority.job",
        "Priority" => ".priority.priority",
        "Order" => ".policy.order",
        "Placement" => ".policy.placement",
        _ => "",
    };

    public static WhatIfResult ToContract(Core.WhatIfReport report, bool isOperator) => new()
    {
        From = report.From,
        Until = report.Until,
        Before = isOperator ? ToContract(report.Before) : null,
        After = isOperator ? ToContract(report.After) : null,
        Teams = !isOperator ? null : [.. report.Teams.Select(t => new WhatIfTeam { Team = t.Team.Value, Before = ToContract(t.Before), After = ToContract(t.After) })],
        Jobs = !isOperator ? null : [.. report.Jobs.Select(ToContract)],
        JobsChanged = isOperator ? report.JobsChanged : null,
        NewJobs = [.. report.NewJobs.Select(j => ToContract(j, report.From))],
        CutAt = report.CutAt,
        AskedUntil = report.AskedUntil == default ? null : report.AskedUntil,
        Predicted = isOperator ? report.Predicted : null,
        PaceSeconds = report.Pace,
    };

    private static WhatIfFigures ToContract(Core.WhatIfFigures f) => new()
    {
        MeanWaitSeconds = Math.Round(f.Waits.Mean, 3),
        P50WaitSeconds = Math.Round(f.Waits.P50, 3),
        P90WaitSeconds = Math.Round(f.Waits.P90, 3),
        P99WaitSeconds = Math.Round(f.Waits.P99, 3),
        Goodput = Math.Round(f.Goodput, 6),
        Occupancy = Math.Round(f.Occupancy, 6),
        Evictions = f.Evictions,
        Jobs = f.Jobs,
        Started = f.Started,
        Ended = f.Ended,
        Waiting = f.Waiting,
        LostGpuHours = Math.Round(f.LostGpuSeconds / SecondsPerHour, 3),
    };

    private static WhatIfJobChange ToContract(Core.WhatIfJobChange c) => new()
    {
        Job = c.Job.Value,
        Name = c.Name,
        Quota = c.Quota.Value,
        GpuMilli = c.GpuMilli,
        StartBefore = c.StartBefore,
        StartAfter = c.StartAfter,
        LaterBySeconds = Math.Round(c.LaterBy, 3),
        EvictionsBefore = c.EvictionsBefore,
        EvictionsAfter = c.EvictionsAfter,
    };

    private static WhatIfNewJob ToContract(Core.WhatIfNewJob job, DateTimeOffset from) => new()
    {
        Change = job.Change,
        StartsAt = job.StartsAt,
        WaitSeconds = job.StartsAt is { } at ? Math.Round((at - from).TotalSeconds, 3) : null,
        EndsAt = job.EndsAt,
        Nodes = [.. job.Nodes.Select(n => n.Value)],
        NodeCount = job.NodeCount,
        Evicts = [.. job.Evicts.Select(v => new WhatIfVictim { Job = v.Job.Value, Owner = $"{v.Tenant}/{v.User}", GpuMilli = v.GpuMilli })],
        EvictedCount = job.EvictedCount,
        WaitsFor = job.WaitsFor,
    };
}
