using System.Globalization;
using Scheduling.Model;

namespace Gateway.Kubernetes.JobsOut;

/// <summary>How the workers of a gang find each other: one headless service, and a host name per rank that stays the same over all attempts.</summary>
internal static class GangNames
{
    /// <summary>Label on pods that a job's service selects.</summary>
    public const string ServiceLabel = "orleans.scheduler/service";

    /// <summary>The workers that an elastic job has beyond its minimum are a job of their own, and belong to the whole.</summary>
    public static JobId Whole(JobId job, JobSpec spec) => spec.Origin is { Kind: OriginKind.Extension } origin ? origin.Set : job;

    /// <summary>The service's name, which is the pods' subdomain.</summary>
    public static string Service(JobId job, JobSpec spec) => Whole(job, spec).Value;

    /// <summary>One worker alone needs no service.</summary>
    public static bool NeedsService(JobSpec spec) => spec.TotalWorkers > 1 || spec.ElasticRole is not null || spec.IsOpportunistic;

    public static int RankOffset(JobSpec spec) => spec.Origin is { Kind: OriginKind.Extension } origin ? origin.RankOffset : 0;

    public static string Host(JobSpec spec, int rank) => string.Create(CultureInfo.InvariantCulture, $"w-{RankOffset(spec) + rank}");

    /// <summary>What follows a host's name: resolves in any namespace of the cluster.</summary>
    public static string Suffix(JobId job, JobSpec spec, string @namespace) => $".{Service(job, spec)}.{@namespace}.svc";
}
