using Gateway.Contracts;

namespace Gateway.Validation;

/// <summary>The rules of what workers run, as far as they hold everywhere. What a cluster's operator allows is checked once the pool is known.</summary>
internal static class ContainerValidator
{
    public const string PathRule = "must be an absolute path without '..', ':' or control characters";
    public const string ObjectRule = "must be the name of an object in the tenant's namespace";

    /// <summary>Set by the scheduler.</summary>
    public static readonly IReadOnlySet<string> OwnVariables = new HashSet<string>(StringComparer.Ordinal)
    {
        "RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE", "NODE_RANK", "NNODES", "GROUP_RANK", "MASTER_ADDR", "JOB_COMPLETION_INDEX",
        "PET_NNODES", "PET_NODE_RANK", "PET_MASTER_ADDR", "SLURM_JOB_ID", "SLURM_PROCID", "SLURM_NTASKS", "SLURM_NODEID", "SLURM_NNODES", "SLURM_LOCALID",
        "SCHED_JOB", "SCHED_ATTEMPT", "SCHED_RANK", "SCHED_ROLE", "SCHED_ROLE_RANK", "SCHED_ROLE_SIZE", "SCHED_RANK_OFFSET", "SCHED_HOST_SUFFIX", "SCHED_TASK", "SCHED_NODE",
    };

    private static readonly HashSet<string> s_fields = new(StringComparer.Ordinal)
    {
        "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName", "status.hostIP", "status.podIP", "status.podIPs",
    };

    public static void Validate(SubmitJobRequest request, FieldErrors errors)
    {
        Validate(request.Container, "container", errors);
        var text = Text(request.Container);
        for (var i = 0; i < request.Roles?.Count && i < Limits.MaxRoles; i++)
        {
            Validate(request.Roles[i]?.Container, $"roles[{i}].container", errors);
            text += Text(request.Roles[i]?.Container);
        }

        if (text > Limits.MaxContainerText)
            errors.Add("container", $"has {text} characters of text with those of the roles; at most {Limits.MaxContainerText}: put more into a config map");
        ValidateRestart(request, errors);
    }

    private static void ValidateRestart(SubmitJobRequest request, FieldErrors errors)
    {
        if (request.Restart is not { } restart)
            return;
        if (restart.Scope is not ("gang" or "failedMembers"))
            errors.Add("restart.scope", "must be gang or failedMembers");
        else if (restart is { Scope: "gang", Limit: not null })
            errors.Add("restart.limit", "is for failedMembers: how often a whole gang is tried again is maxRetries");
        if (restart.Limit is < 1 or > Limits.MaxMemberRestarts)
            errors.Add("restart.limit", Rules.Range(1, Limits.MaxMemberRestarts));
    }

    private static void Validate(JobContainer? container, string field, FieldErrors errors)
    {
        if (container is null)
            return;
        if (container.Image is { } image && !IsImage(image))
            errors.Add($"{field}.image", $"must be an image reference of 1–{Limits.MaxImage} characters without spaces");
        Texts(container.Command, $"{field}.command", errors);
        Texts(container.Args, $"{field}.args", errors);
        Each(container.Env, Limits.MaxVariables, $"{field}.env", errors, ValidateVariable);
        NoneTwice(container.Env, e => e?.Name, "name", $"{field}.env", errors);
        if (container.WorkingDir is { } dir && !IsPath(dir))
            errors.Add($"{field}.workingDir", PathRule);
        Each(container.Ports, Limits.MaxPorts, $"{field}.ports", errors, ValidatePort);
        NoneTwice(container.Ports, p => p?.Port?.ToString(System.Globalization.CultureInfo.InvariantCulture), "port", $"{field}.ports", errors);
        NoneTwice(container.Ports, p => p?.Name, "name", $"{field}.ports", errors);
        Each(container.Volumes, Limits.MaxVolumes, $"{field}.volumes", errors, ValidateVolume);
        NoneTwice(container.Volumes, v => v?.MountPath?.TrimEnd('/'), "mountPath", $"{field}.volumes", errors);
        Each(container.ImagePullSecrets, Limits.MaxPullSecrets, $"{field}.imagePullSecrets", errors, static (s, f, e) => Object(s, f, e));
        if (container.ImagePullPolicy is not (null or "Always" or "IfNotPresent" or "Never"))
            errors.Add($"{field}.imagePullPolicy", "must be Always, IfNotPresent or Never");
        if (container.ServiceAccountName is { } account)
            Object(account, $"{field}.serviceAccountName", errors);
        UserId(container.RunAsUser, $"{field}.runAsUser", errors);
        UserId(container.RunAsGroup, $"{field}.runAsGroup", errors);
        UserId(container.FsGroup, $"{field}.fsGroup", errors);
        Each(container.Capabilities, Limits.MaxCapabilities, $"{field}.capabilities", errors, ValidateCapability);
        if (container.TerminationGraceSeconds is < 0 or > Limits.MaxGraceSeconds)
            errors.Add($"{field}.terminationGraceSeconds", Rules.Range(0, Limits.MaxGraceSeconds));
        ValidateDevices(container.Devices, $"{field}.devices", errors);
    }

    private static void ValidateVariable(JobVariable? variable, string field, FieldErrors errors)
    {
        if (variable?.Name is not { } name)
        {
            errors.Add($"{field}.name", Rules.Required);
            return;
        }

        if (!IsVariable(name))
            errors.Add($"{field}.name", $"must be 1–{Limits.MaxVariableName} letters, digits and '_', not starting with a digit");
        else if (OwnVariables.Contains(name))
            errors.Add($"{field}.name", $"'{name}' is set by the scheduler");
        if (One(variable.Value, variable.Field, variable.Secret, variable.ConfigMap) is false)
            errors.Add(field, "must have exactly one of value, field, secret and configMap");
        if (variable.Field is { } path && !s_fields.Contains(path))
            errors.Add($"{field}.field", $"must be one of {string.Join(", ", s_fields.Order(StringComparer.Ordinal))}");
        if (variable.Value?.Contains('\0', StringComparison.Ordinal) == true)
            errors.Add($"{field}.value", "must not contain a NUL");
        if ((variable.Secret ?? variable.ConfigMap) is { } source)
        {
            Object(source, variable.Secret is null ? $"{field}.configMap" : $"{field}.secret", errors);
            if (!IsKey(variable.Key))
                errors.Add($"{field}.key", "must name a key of it: 1–253 letters, digits, '-', '_' and '.'");
        }
        else if (variable.Key is not null)
        {
            errors.Add($"{field}.key", "is for a secret or config map only");
        }
    }

    private static void ValidatePort(JobPort? port, string field, FieldErrors errors)
    {
        if (port?.Port is not { } number)
            errors.Add($"{field}.port", Rules.Required);
        else if (number is < 1 or > 65535)
            errors.Add($"{field}.port", Rules.Range(1, 65535));
        if (port?.Name is { } name && (name.Length > Limits.MaxPortName || !Rules.IsName(name) || !name.Any(char.IsAsciiLetter) || name.Contains("--", StringComparison.Ordinal)))
            errors.Add($"{field}.name", $"must be 1–{Limits.MaxPortName} lower-case letters, digits and single '-', with a letter among them");
    }

    private static void ValidateVolume(JobVolume? volume, string field, FieldErrors errors)
    {
        if (volume?.MountPath is not { } path)
        {
            errors.Add($"{field}.mountPath", Rules.Required);
            return;
        }

        if (!IsPath(path) || path.TrimEnd('/').Length == 0)
            errors.Add($"{field}.mountPath", PathRule);
        var kinds = One(volume.Claim, volume.ScratchMiB, volume.MemoryMiB, volume.ConfigMap, volume.Secret);
        if (kinds is false)
            errors.Add(field, "must have exactly one of claim, scratchMiB, memoryMiB, configMap and secret");
        foreach (var (name, value) in new[] { ("claim", volume.Claim), ("configMap", volume.ConfigMap), ("secret", volume.Secret) })
        {
            if (value is not null)
                Object(value, $"{field}.{name}", errors);
        }

        if (volume.ScratchMiB is < 0 or > Limits.MaxMemoryMiB)
            errors.Add($"{field}.scratchMiB", Rules.Range(0, Limits.MaxMemoryMiB));
        if (volume.MemoryMiB is < 1 or > Limits.MaxMemoryMiB)
            errors.Add($"{field}.memoryMiB", Rules.Range(1, Limits.MaxMemoryMiB));
        if (volume.SubPath is { } sub && (sub.StartsWith('/') || !IsPath("/" + sub)))
            errors.Add($"{field}.subPath", "must be a relative path without '..', ':' or control characters");
    }

    private static void ValidateCapability(string? capability, string field, FieldErrors errors)
    {
        if (capability is not { Length: > 0 and <= 63 } || !capability.All(c => char.IsAsciiLetterUpper(c) || c == '_'))
            errors.Add(field, "must be a capability by its name, such as IPC_LOCK");
    }

    private static void ValidateDevices(IReadOnlyDictionary<string, long>? devices, string field, FieldErrors errors)
    {
        if (devices is null)
            return;
        if (devices.Count > Limits.MaxDevices)
            errors.Add(field, $"must have at most {Limits.MaxDevices} entries");
        foreach (var (name, count) in devices.Take(Limits.MaxDevices))
        {
            if (!Rules.IsLabelKey(name) || !name.Contains('/', StringComparison.Ordinal))
                errors.Add(field, "must be named like rdma/hca");
            else if (count is < 1 or > Limits.MaxDeviceCount)
                errors.Add($"{field}.{name}", Rules.Range(1, Limits.MaxDeviceCount));
        }
    }

    private static void Object(string? name, string field, FieldErrors errors)
    {
        if (name is null || !Rules.IsJobName(name))
            errors.Add(field, ObjectRule);
    }

    private static void UserId(long? id, string field, FieldErrors errors)
    {
        if (id is < 1 or > Limits.MaxUserId)
            errors.Add(field, $"{Rules.Range(1, Limits.MaxUserId)}: 0 is root");
    }

    private static void Texts(IReadOnlyList<string?>? texts, string field, FieldErrors errors) => Each(texts, Limits.MaxArguments, field, errors, static (text, at, e) =>
    {
        if (text is null || text.Contains('\0', StringComparison.Ordinal))
            e.Add(at, "must be a text without NUL");
    });

    private static void Each<T>(IReadOnlyList<T>? items, int most, string field, FieldErrors errors, Action<T, string, FieldErrors> validate)
    {
        if (items?.Count > most)
            errors.Add(field, $"must have at most {most} entries");
        for (var i = 0; i < items?.Count && i < most; i++)
            validate(items[i], $"{field}[{i}]", errors);
    }

    private static void NoneTwice<T>(IReadOnlyList<T>? items, Func<T, string?> key, string what, string field, FieldErrors errors)
    {
        if (items is null)
            return;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < items.Count; i++)
        {
            if (key(items[i]) is { } name && !seen.Add(name))
                errors.Add($"{field}[{i}].{what}", "must not be given twice");
        }
    }

    private static bool One(params ReadOnlySpan<object?> values)
    {
        var given = 0;
        foreach (var value in values)
            given += value is null ? 0 : 1;
        return given == 1;
    }

    private static bool IsImage(string image) => image.Length is > 0 and <= Limits.MaxImage && image.All(c => c is > ' ' and < '\u007f') && char.IsAsciiLetterOrDigit(image[0]);

    private static bool IsPath(string path) =>
        path.Length is > 0 and <= Limits.MaxPath && path[0] == '/' && !path.Contains(':', StringComparison.Ordinal) && !path.Any(char.IsControl) && !path.Split('/').Contains("..");

    private static bool IsVariable(string name) =>
        name.Length is > 0 and <= Limits.MaxVariableName && !char.IsAsciiDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');

    private static bool IsKey(string? key) =>
        key is { Length: > 0 and <= Limits.MaxJobName } and not ("." or "..") && key.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    private static long Text(JobContainer? c) => c is null ? 0
        : Sum(c.Command) + Sum(c.Args) + (c.Image?.Length ?? 0)
        + (c.Env ?? []).Sum(e => (long)(e?.Name?.Length ?? 0) + (e?.Value?.Length ?? 0) + (e?.Secret?.Length ?? 0) + (e?.ConfigMap?.Length ?? 0) + (e?.Key?.Length ?? 0))
        + (c.Volumes ?? []).Sum(v => (long)(v?.MountPath?.Length ?? 0) + (v?.Claim?.Length ?? 0) + (v?.ConfigMap?.Length ?? 0) + (v?.Secret?.Length ?? 0) + (v?.SubPath?.Length ?? 0));

    private static long Sum(IReadOnlyList<string?>? texts) => (texts ?? []).Sum(t => (long)(t?.Length ?? 0));
}
