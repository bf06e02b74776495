using Gateway.Contracts;

namespace Gateway.Validation;

/// <summary>Every rule of <c>POST /jobs</c> that needs nothing but the body; all broken ones are told at once.</summary>
internal static class SubmitJobValidator
{
    public static void Validate(SubmitJobRequest request, int maxWorkers, PriorityClasses classes, FieldErrors errors)
    {
        if (request.Name is null)
            errors.Add("name", Rules.Required);
        else if (!Rules.IsJobName(request.Name))
            errors.Add("name", Rules.JobNameRule);
        if (request.Tenant is { } tenant && !Rules.IsName(tenant))
            errors.Add("tenant", Rules.NameRule);
        if (request.Pool is { } pool && !Rules.IsName(pool))
            errors.Add("pool", Rules.NameRule);
        if (request.Quota is { } quota)
            ValidateQuota(quota, errors);
        InRange(request.Priority, 0, Limits.MaxPriority, "priority", errors);
        InRange(request.RunForSeconds, 1, Limits.MaxDurationSeconds, "runForSeconds", errors);
        InRange(request.TimeLimitSeconds, 1, Limits.MaxDurationSeconds, "timeLimitSeconds", errors);
        InRange(request.MaxRetries, 0, Limits.MaxRetries, "maxRetries", errors);
        ValidateTopology(request.Topology, errors);
        ValidateLabels(request.Labels, "labels", errors);
        ValidateRoles(request, maxWorkers, errors);
        JobRulesValidator.Validate(request, classes, errors);
        ContainerValidator.Validate(request, errors);
    }

    private static void ValidateQuota(string quota, FieldErrors errors)
    {
        var path = quota.AsSpan();
        var level = 0;
        var ok = true;
        foreach (var range in path.Split('/'))
            ok &= level++ < 2 ? Rules.IsName(path[range]) : Rules.IsUser(path[range]);
        if (!ok || level is not (2 or 3))
            errors.Add("quota", "must be cohort/team or cohort/team/user");
    }

    private static void ValidateTopology(JobTopology? topology, FieldErrors errors)
    {
        if (topology is null)
            return;
        if (!TopologyWords.TryParse(topology.Required, out _))
            errors.Add("topology.required", TopologyWords.Rule);
        if (!TopologyWords.TryParse(topology.Preferred, out _))
            errors.Add("topology.preferred", TopologyWords.Rule);
    }

    private static void ValidateRoles(SubmitJobRequest request, int maxWorkers, FieldErrors errors)
    {
        if (request.Roles is not { Count: > 0 } roles)
        {
            errors.Add("roles", Rules.Required);
            return;
        }

        if (roles.Count > Limits.MaxRoles)
        {
            errors.Add("roles", $"must have at most {Limits.MaxRoles} entries");
            return;
        }

        var workers = 0L;
        for (var i = 0; i < roles.Count; i++)
        {
            if (roles[i] is not { } role)
            {
                errors.Add($"roles[{i}]", Rules.Required);
                continue;
            }

            ValidateRole(role, i, maxWorkers, errors);
            ExtendedResourcesValidator.Validate(role, request.Container, $"roles[{i}].extendedResources", errors);
            for (var j = 0; j < i; j++)
            {
                if (role.Name is not null && roles[j]?.Name == role.Name)
                    errors.Add($"roles[{i}].name", "must be unique in its job");
            }

            if (role.Count is > 0 and var count && count <= maxWorkers)
                workers += count;
        }

        if (workers > maxWorkers)
            errors.Add("roles", $"must not have more than {maxWorkers} workers in all");
    }

    private static void ValidateRole(JobRole role, int index, int maxWorkers, FieldErrors errors)
    {
        if (role.Name is null)
            errors.Add($"roles[{index}].name", Rules.Required);
        else if (!Rules.IsName(role.Name))
            errors.Add($"roles[{index}].name", Rules.NameRule);
        Given(role.Count, 1, maxWorkers, index, "count", errors);
        Given(role.CpuMilli, 0, Limits.MaxCpuMilli, index, "cpuMilli", errors);
        Given(role.MemoryMiB, 0, Limits.MaxMemoryMiB, index, "memoryMiB", errors);
        Given(role.Gpus, 0, Limits.MaxGpusPerWorker, index, "gpus", errors);
        if (role.GpuMilli is { } milli)
        {
            if (milli is < 1 or > Limits.WholeGpu)
                errors.Add($"roles[{index}].gpuMilli", Rules.Range(1, Limits.WholeGpu));
            else if (milli < Limits.WholeGpu && role.Gpus != 1)
                errors.Add($"roles[{index}].gpuMilli", "may be less than 1000 only when gpus is 1");
        }

        ValidateModels(role.GpuModels, index, errors);
        if (role.NodeSelector is not null)
            ValidateLabels(role.NodeSelector, $"roles[{index}].nodeSelector", errors);
        NodeAffinityValidator.Validate(role.NodeAffinity, $"roles[{index}].nodeAffinity", errors);
        if (role.Tolerations is not null)
            ValidateLabels(role.Tolerations, $"roles[{index}].tolerations", errors);
    }

    private static void ValidateModels(IReadOnlyList<string?>? models, int index, FieldErrors errors)
    {
        if (models is null)
            return;
        if (models.Count > Limits.MaxGpuModels)
        {
            errors.Add($"roles[{index}].gpuModels", $"must have at most {Limits.MaxGpuModels} entries");
            return;
        }

        for (var i = 0; i < models.Count; i++)
        {
            if (!Rules.IsGpuModel(models[i]))
                errors.Add($"roles[{index}].gpuModels[{i}]", Rules.ModelRule);
            else if (models.Take(i).Contains(models[i], StringComparer.Ordinal))
                errors.Add($"roles[{index}].gpuModels[{i}]", "must not be given twice");
        }
    }

    private static void ValidateLabels(IReadOnlyDictionary<string, string?>? labels, string field, FieldErrors errors)
    {
        if (labels is null)
            return;
        if (labels.Count > Limits.MaxLabels)
        {
            errors.Add(field, $"must have at most {Limits.MaxLabels} entries");
            return;
        }

        foreach (var (key, value) in labels)
        {
            if (!Rules.IsLabelKey(key))
                errors.Add(field, $"'{Shorten(key)}': the key {Rules.LabelKeyRule}");
            else if (value is null || !Rules.IsLabelValue(value))
                errors.Add($"{field}.{key}", Rules.LabelValueRule);
        }
    }

    private static string Shorten(string key) => key.Length <= Limits.MaxLabelName ? key : key[..Limits.MaxLabelName] + "…";

    private static void InRange(long? value, long min, long max, string field, FieldErrors errors)
    {
        if (value < min || value > max)
            errors.Add(field, Rules.Range(min, max));
    }

    private static void Given(long? value, long min, long max, int index, string field, FieldErrors errors)
    {
        if (value is null)
            errors.Add($"roles[{index}].{field}", Rules.Required);
        else if (value < min || value > max)
            errors.Add($"roles[{index}].{field}", Rules.Range(min, max));
    }
}
