using System.Collections.Immutable;
using System.Globalization;
using Scheduling.Model;
using Scheduling.Quotas;

namespace Simulation;

/// <summary>Specs in one line.</summary>
internal static class Specs
{
    public static string Describe(JobSpec spec)
    {
        var role = spec.Roles[0];
        List<string> parts = [$"{role.Count}{(role.MaxCount > role.Count ? $"–{role.MaxCount}" : "")} × {Gpus(role.Shape)} for {spec.Tenant}", $"priority {spec.Priority}"];
        if (spec.Set is { } set)
        {
            parts.Add(set.Kind == OriginKind.Replica ? $"service of {set.Count}" : $"array of {set.Count}, {set.MaxParallel} at once");
        }

        parts.AddRange(spec.DependsOn.Select(d => $"after {d.Job} {d.Condition}"));
        parts.AddRange(role.Shape.Extended.Select(e => e.ToString()));
        Add(!spec.MayPreempt, "may not preempt");
        Add(spec.Topology is not null, $"within one {spec.Topology?.Required}");
        Add(spec.Checkpoint is not null, $"grace {spec.Checkpoint?.Grace.TotalSeconds} s");
        Add(spec.TimeLimit is not null, $"at most {spec.TimeLimit?.TotalSeconds} s");
        return string.Join(", ", parts);

        void Add(bool holds, string what)
        {
            if (holds)
            {
                parts.Add(what);
            }
        }
    }

    public static string Describe(QuotaSpec spec)
    {
        List<string> parts = [];
        Add("nominal", spec.Nominal);
        Add("limit", spec.Limit);
        Add("borrows", spec.BorrowingLimit);
        Add("lends", spec.LendingLimit);
        return parts.Count == 0 ? "none" : string.Join(", ", parts);

        void Add(string what, ImmutableArray<ResourceAmount> amounts) =>
            parts.AddRange(amounts.Select(a => string.Create(CultureInfo.InvariantCulture, $"{what} {a.Amount / 1000} {a.Resource}")));
    }

    private static string Gpus(WorkerShape shape) => shape.GpuMilli == WorkerShape.WholeGpu ? $"{shape.Gpus} GPUs" : $"{shape.GpuMilli}/1000 GPU";
}
