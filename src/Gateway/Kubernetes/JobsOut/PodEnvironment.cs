using System.Globalization;
using k8s.Models;
using Scheduling.Model;

namespace Gateway.Kubernetes.JobsOut;

/// <summary>The variables of a worker: who it is, as torch, torchrun, Indexed Jobs, Slurm's and our own scripts name it, then what the job says.</summary>
internal static class PodEnvironment
{
    public static List<V1EnvVar> Of(PodOrder order, ContainerSpec container, string @namespace, PodSettings settings)
    {
        var spec = order.Spec;
        var offset = GangNames.RankOffset(spec);
        var rank = Text(offset + order.Worker.Rank);
        var world = Text(offset + spec.TotalWorkers);
        var first = spec.Roles.Take(order.Worker.Role).Sum(r => r.Count);
        var isAlone = !GangNames.NeedsService(spec);
        var suffix = isAlone ? "" : GangNames.Suffix(order.Attempt.Job, spec, @namespace);
        var master = isAlone ? "localhost" : "w-0" + suffix;
        var port = Text(settings.MasterPort);
        List<(string Name, string Value)> own =
        [
            ("SCHED_JOB", GangNames.Whole(order.Attempt.Job, spec).Value), ("SCHED_ATTEMPT", Text(order.Attempt.Number)), ("SCHED_RANK", rank),
            ("SCHED_ROLE", order.Role.Name), ("SCHED_ROLE_RANK", Text(order.Worker.Rank - first)), ("SCHED_ROLE_SIZE", Text(order.Role.Count)),
            ("SCHED_RANK_OFFSET", Text(offset)), ("SCHED_NODE", order.PlannedNode.Value), ("SCHED_HOST_SUFFIX", suffix),
            ("RANK", rank), ("WORLD_SIZE", world), ("LOCAL_RANK", "0"), ("LOCAL_WORLD_SIZE", "1"), ("NODE_RANK", rank), ("NNODES", world), ("GROUP_RANK", rank),
            ("MASTER_ADDR", master), ("MASTER_PORT", port), ("PET_NNODES", world), ("PET_NODE_RANK", rank), ("PET_MASTER_ADDR", master), ("PET_MASTER_PORT", port),
            ("JOB_COMPLETION_INDEX", spec.Origin is { Kind: OriginKind.Task } task ? Text(task.Index) : rank),
            ("SLURM_JOB_ID", order.Attempt.Job.Value), ("SLURM_PROCID", rank), ("SLURM_NTASKS", world), ("SLURM_NODEID", rank), ("SLURM_NNODES", world), ("SLURM_LOCALID", "0"),
        ];
        if (spec.Origin is { Kind: not OriginKind.Extension } origin)
        {
            own.Add(("SCHED_TASK", Text(origin.Index)));
        }

        return
        [
            .. own.Where(o => !container.Env.Any(e => e.Name == o.Name)).Select(o => new V1EnvVar { Name = o.Name, Value = o.Value }),
            .. container.Env.Select(ToVariable),
        ];
    }

    private static V1EnvVar ToVariable(ContainerVariable e) => new()
    {
        Name = e.Name,
        Value = e.Source == VariableSource.Value ? e.Text : null,
        ValueFrom = e.Source switch
        {
            VariableSource.Field => new V1EnvVarSource { FieldRef = new V1ObjectFieldSelector { FieldPath = e.Text } },
            VariableSource.Secret => new V1EnvVarSource { SecretKeyRef = new V1SecretKeySelector { Name = e.Text, Key = e.Key } },
            VariableSource.ConfigMap => new V1EnvVarSource { ConfigMapKeyRef = new V1ConfigMapKeySelector { Name = e.Text, Key = e.Key } },
            _ => null,
        },
    };

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
