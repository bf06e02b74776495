using System.Globalization;
using Scheduling.Model;

namespace Scheduling.Jobs;

/// <summary>What a set's parts are called, and what they ask for. The same part is always the same job.</summary>
public static class SetParts
{
    private const int MaxNameStem = 240;

    /// <summary>Workers that come and go together beyond an elastic job's minimum.</summary>
    public static int GroupSize(RoleSpec elastic) => elastic.Slices?.Size ?? 1;

    /// <summary>Extra groups that an elastic job may have.</summary>
    public static int MaxGroups(JobSpec spec) => spec.ElasticRole is { } role ? (role.MaxCount - role.Count) / GroupSize(role) : 0;

    /// <summary>"j-x-7" for task or replica 7; "j-x-7-2" for the second that took a replica's place; "j-x-x1-4" for extra workers of attempt 1.</summary>
    public static JobId IdOf(JobId set, OriginKind kind, SetPart part) => new(kind == OriginKind.Extension
        ? string.Create(CultureInfo.InvariantCulture, $"{set.Value}-x{part.Attempt}-{part.Generation}")
        : part.Generation == 0
            ? string.Create(CultureInfo.InvariantCulture, $"{set.Value}-{part.Index}")
            : string.Create(CultureInfo.InvariantCulture, $"{set.Value}-{part.Index}-{part.Generation}"));

    public static JobSpec SpecOf(JobId set, JobSpec template, OriginKind kind, SetPart part)
    {
        var stem = template.Name.Length <= MaxNameStem ? template.Name : template.Name[..MaxNameStem].TrimEnd('-', '.');
        var child = template with
        {
            Name = string.Create(CultureInfo.InvariantCulture, $"{stem}-{(kind == OriginKind.Extension ? "x" : "")}{part.Index}"),
            Origin = new JobOrigin { Set = set, Kind = kind, Index = part.Index },
            Set = null,
            DependsOn = [],
        };
        return kind == OriginKind.Extension ? Extension(child, template.ElasticRole!) : child;
    }

    /// <summary>Further workers of the elastic role: they come and go with their job, and are nobody's reason to evict.</summary>
    private static JobSpec Extension(JobSpec child, RoleSpec elastic)
    {
        var size = GroupSize(elastic);
        return child with
        {
            Origin = child.Origin! with { RankOffset = child.TotalWorkers + (child.Origin.Index * size) },
            Roles = [elastic with { Count = size, MaxCount = 0 }],
            MayPreempt = false,
            RunFor = null,
            TimeLimit = null,
            Deadline = null,
            MaxRetries = 0,
            Retry = null,
            Checkpoint = null,
            MinRuntime = null,
            Spread = null,
        };
    }
}
