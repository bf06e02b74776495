using System.Collections.Immutable;
using Gateway.Contracts;
using Scheduling.Model;

namespace Gateway.Api;

/// <content>What workers run.</content>
internal static partial class JobMapper
{
    private static ContainerSpec? ToSpec(JobContainer? c) => c is null ? null : new ContainerSpec
    {
        Image = c.Image,
        Command = Texts(c.Command),
        Args = Texts(c.Args),
        Env = [.. (c.Env ?? []).Select(e => ToVariable(e!))],
        WorkingDir = c.WorkingDir,
        Ports = [.. (c.Ports ?? []).Select(p => new ContainerPort((int)p!.Port!.Value, p.Name))],
        Volumes = [.. (c.Volumes ?? []).Select(v => ToVolume(v!))],
        ImagePullSecrets = Texts(c.ImagePullSecrets),
        ImagePullPolicy = c.ImagePullPolicy,
        ServiceAccount = c.ServiceAccountName,
        RunAsUser = c.RunAsUser,
        RunAsGroup = c.RunAsGroup,
        FsGroup = c.FsGroup,
        ReadOnlyRoot = c.ReadOnlyRootFilesystem,
        Capabilities = Texts(c.Capabilities),
        StopGrace = Seconds(c.TerminationGraceSeconds),
        Devices = [.. (c.Devices ?? ImmutableDictionary<string, long>.Empty).OrderBy(d => d.Key, StringComparer.Ordinal).Select(d => new ContainerDevice(d.Key, d.Value))],
        HostNetwork = c.HostNetwork,
    };

    private static JobContainer? ToContract(ContainerSpec? c) => c is null ? null : new JobContainer
    {
        Image = c.Image,
        Command = ListOrNull(c.Command, static t => t),
        Args = ListOrNull(c.Args, static t => t),
        Env = ListOrNull(c.Env, ToContract),
        WorkingDir = c.WorkingDir,
        Ports = ListOrNull(c.Ports, static p => new JobPort { Port = p.Port, Name = p.Name }),
        Volumes = ListOrNull(c.Volumes, ToContract),
        ImagePullSecrets = ListOrNull(c.ImagePullSecrets, static t => t),
        ImagePullPolicy = c.ImagePullPolicy,
        ServiceAccountName = c.ServiceAccount,
        RunAsUser = c.RunAsUser,
        RunAsGroup = c.RunAsGroup,
        FsGroup = c.FsGroup,
        ReadOnlyRootFilesystem = c.ReadOnlyRoot,
        Capabilities = ListOrNull(c.Capabilities, static t => t),
        TerminationGraceSeconds = (long?)c.StopGrace?.TotalSeconds,
        Devices = c.Devices.IsDefaultOrEmpty ? null : c.Devices.ToDictionary(d => d.Resource, d => d.Count, StringComparer.Ordinal),
        HostNetwork = c.HostNetwork,
    };

    private static RestartRule? ToRule(JobRestart? restart) => restart is null ? null
        : restart.Scope == "gang" ? new RestartRule { Scope = RestartScope.Gang }
        : new RestartRule { Scope = RestartScope.FailedMembers, Limit = (int)(restart.Limit ?? Limits.DefaultMemberRestarts) };

    private static JobRestart? ToContract(RestartRule? rule) => rule switch
    {
        null => null,
        { Scope: RestartScope.FailedMembers } => new JobRestart { Scope = "failedMembers", Limit = rule.Limit },
        _ => new JobRestart { Scope = "gang" },
    };

    private static ContainerVariable ToVariable(JobVariable e) => e switch
    {
        { Field: { } field } => new ContainerVariable(e.Name!, VariableSource.Field, field),
        { Secret: { } secret } => new ContainerVariable(e.Name!, VariableSource.Secret, secret, e.Key),
        { ConfigMap: { } map } => new ContainerVariable(e.Name!, VariableSource.ConfigMap, map, e.Key),
        _ => new ContainerVariable(e.Name!, VariableSource.Value, e.Value ?? ""),
    };

    private static JobVariable ToContract(ContainerVariable e) => e.Source switch
    {
        VariableSource.Field => new JobVariable { Name = e.Name, Field = e.Text },
        VariableSource.Secret => new JobVariable { Name = e.Name, Secret = e.Text, Key = e.Key },
        VariableSource.ConfigMap => new JobVariable { Name = e.Name, ConfigMap = e.Text, Key = e.Key },
        _ => new JobVariable { Name = e.Name, Value = e.Text },
    };

    private static ContainerVolume ToVolume(JobVolume v)
    {
        var (kind, source) = v switch
        {
            { Claim: { } claim } => (VolumeKind.Claim, claim),
            { ConfigMap: { } map } => (VolumeKind.ConfigMap, map),
            { Secret: { } secret } => (VolumeKind.Secret, secret),
            { MemoryMiB: not null } => (VolumeKind.Memory, ""),
            _ => (VolumeKind.Scratch, ""),
        };
        return new ContainerVolume
        {
            MountPath = v.MountPath!, Kind = kind, Source = source, SizeMiB = v.MemoryMiB ?? v.ScratchMiB ?? 0, ReadOnly = v.ReadOnly ?? false, SubPath = v.SubPath,
        };
    }

    private static JobVolume ToContract(ContainerVolume v) => new()
    {
        MountPath = v.MountPath,
        Claim = v.Kind == VolumeKind.Claim ? v.Source : null,
        ConfigMap = v.Kind == VolumeKind.ConfigMap ? v.Source : null,
        Secret = v.Kind == VolumeKind.Secret ? v.Source : null,
        ScratchMiB = v.Kind == VolumeKind.Scratch ? v.SizeMiB : null,
        MemoryMiB = v.Kind == VolumeKind.Memory ? v.SizeMiB : null,
        ReadOnly = v.ReadOnly ? true : null,
        SubPath = v.SubPath,
    };

    private static ImmutableArray<string> Texts(IReadOnlyList<string?>? texts) => texts is { Count: > 0 } ? [.. texts.Select(t => t!)] : [];

    private static TOut[]? ListOrNull<TIn, TOut>(ImmutableArray<TIn> items, Func<TIn, TOut> map) => items.IsDefaultOrEmpty ? null : [.. items.Select(map)];
}
