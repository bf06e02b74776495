using System.Collections.Immutable;
using System.Globalization;
using Gateway.Contracts;
using Gateway.Validation;
using Scheduling.Model;

namespace Gateway.Kubernetes.PodsIn;

/// <summary>What becomes of a submission of pods: a spec, or the reason why there is none.</summary>
internal readonly record struct GuestSpec(JobSpec? Spec, string? Refusal);

/// <summary>Makes a job's spec of pods. Pure.</summary>
internal sealed class GuestJobs(string cluster, PodsInOptions options)
{
    private const string NoQueue = "pods";

    /// <summary>Who submits them, for lists of jobs.</summary>
    public string User => $"pods.{cluster}";

    /// <param name="pools">The cluster's pools.</param>
    /// <param name="members">By rank; each with what it asks for.</param>
    public GuestSpec Spec(GangKey? gang, GangFacts? facts, ImmutableArray<GuestPod> members, IReadOnlyCollection<PoolId> pools)
    {
        var first = members[0].Ask!;
        if (members.Length > options.MaxGang)
        {
            return Refuse(string.Create(CultureInfo.InvariantCulture, $"{members.Length} pods: a gang has at most {options.MaxGang}"));
        }

        if (members.FirstOrDefault(m => m.Ask!.Pool != first.Pool || m.Ask.Queue != first.Queue || m.Ask.Topology != first.Topology) is { } other)
        {
            return Refuse($"{gang?.Title}: {other.Name} names another pool, queue or topology than {members[0].Name}");
        }

        var (pool, unknown) = PoolOf(first.Pool, pools);
        var tenant = options.TenantOf(members[0].Namespace);
        var (quota, foreign) = QuotaOf(facts?.Queue ?? first.Queue, tenant);
        var (roles, odd) = RolesOf(members);
        if ((unknown ?? foreign ?? odd) is { } refusal)
        {
            return Refuse(refusal);
        }

        var priority = members.Max(m => m.Ask!.Priority);
        var named = facts?.PriorityClass ?? members.First(m => m.Ask!.Priority == priority).Ask!.PriorityClass;
        if (facts?.PriorityClass is { } ofGroup && options.PriorityClasses.TryGetValue(ofGroup, out var given))
        {
            priority = given;
        }

        var space = members[0].Namespace;
        return new GuestSpec(new JobSpec
        {
            Name = Shorten($"{space}.{(members.Length == 1 ? members[0].Name : gang!.Name)}"),
            Tenant = tenant,
            User = User,
            Quota = quota,
            Pool = pool,
            Priority = priority,
            PriorityClass = named,
            MayPreempt = members.All(m => m.Ask!.MayPreempt),
            Roles = roles,
            Topology = members.Length == 1 ? TopologyRule.None : facts?.Topology ?? first.Topology,
            Checkpoint = members.All(m => m.Ask!.CheckpointGrace is not null) ? new CheckpointRule { Grace = members.Max(m => m.Ask!.CheckpointGrace!.Value) } : null,
            Pods = new PodSet
            {
                Cluster = cluster,
                Namespace = space,
                Group = gang?.Title ?? "",
                Names = [.. members.Select(m => m.Name)],
                Uids = [.. members.Select(m => m.Uid)],
            },
        }, null);
    }

    private (PoolId Pool, string? Refusal) PoolOf(PoolId? named, IReadOnlyCollection<PoolId> pools)
    {
        if ((named ?? (options.DefaultPool is { } pool ? new PoolId(pool) : null)) is { } wanted)
        {
            return pools.Contains(wanted) ? (wanted, null) : (default, $"{PodKeys.Pool}={wanted}: this cluster's pools are {Names(pools)}");
        }

        return pools.Count == 1 ? (pools.First(), null) : (default, $"{PodKeys.Pool}: say which pool, one of {Names(pools)}");
    }

    private static string Names(IReadOnlyCollection<PoolId> pools) => pools.Count == 0 ? "none (yet)" : string.Join(", ", pools.Select(p => p.Value).Order(StringComparer.Ordinal));

    private (QuotaPath Quota, string? Refusal) QuotaOf(string? queue, TenantId tenant)
    {
        if (queue is not null && options.Queues.TryGetValue(queue, out var path))
        {
            var levels = path.Split('/');
            return levels[1] == tenant.Value
                ? (new QuotaPath(levels.Length > 2 ? path : $"{path}/{(Rules.IsUser(queue) ? queue : NoQueue)}"), null)
                : (default, $"queue {queue}: it is {levels[1]}'s, and these pods are {tenant}'s");
        }

        return queue is null || Rules.IsUser(queue)
            ? (new QuotaPath($"{options.Cohort}/{tenant}/{queue ?? NoQueue}"), null)
            : (default, $"queue {queue}: its name {Rules.NameRule}, or it must be in PodsIn.Queues");
    }

    /// <summary>Members alike are one role, and stand together: ranks go role by role.</summary>
    private static (ImmutableArray<RoleSpec> Roles, string? Refusal) RolesOf(ImmutableArray<GuestPod> members)
    {
        var roles = ImmutableArray.CreateBuilder<RoleSpec>();
        List<string> stems = [];
        foreach (var member in members)
        {
            var ask = member.Ask!;
            if (roles.Count > 0 && roles[^1] is var last && last.Shape == ask.Shape && last.Slices == ask.Slices && stems[^1] == ask.Role)
            {
                roles[^1] = last with { Count = last.Count + 1 };
            }
            else
            {
                var alike = stems.Count(s => s == ask.Role);
                stems.Add(ask.Role);
                roles.Add(new RoleSpec
                {
                    Name = alike == 0 ? ask.Role : string.Create(CultureInfo.InvariantCulture, $"{ask.Role}-{alike + 1}"),
                    Count = 1,
                    Shape = ask.Shape,
                    Slices = members.Length == 1 ? null : ask.Slices,
                });
            }
        }

        if (roles.Count > Limits.MaxRoles)
        {
            return ([], string.Create(CultureInfo.InvariantCulture, $"pods of {roles.Count} different kinds in one gang: at most {Limits.MaxRoles}"));
        }

        return roles.FirstOrDefault(r => r.Slices is { } slices && r.Count % slices.Size != 0) is { } uneven
            ? ([], string.Create(CultureInfo.InvariantCulture, $"{PodKeys.KueueSliceSize}: {uneven.Count} pods do not come in slices of {uneven.Slices!.Size}"))
            : (roles.ToImmutable(), null);
    }

    private static string Shorten(string name) => name.Length <= Limits.MaxJobName ? name : name[..Limits.MaxJobName].TrimEnd('-', '.');

    private static GuestSpec Refuse(string why) => new(null, why);
}
