using System.Globalization;
using Gateway.Contracts;

namespace Cli.Input;

/// <summary>The parts of a job's file about what workers run.</summary>
internal static class JobFileContainer
{
    /// <exception cref="CliException">Usage; names file and line.</exception>
    public static JobContainer? Read(YamlFields? fields) => Done(fields, f => new JobContainer
    {
        Image = f.Text("image"),
        Command = f.Texts("command"),
        Args = f.Texts("args"),
        Env = ListOrNull(f.Objects("env"), Variable),
        WorkingDir = f.Text("workingDir"),
        Ports = ListOrNull(f.Objects("ports"), x => new JobPort { Port = x.Integer("port", 1, 65535), Name = x.Text("name") }),
        Volumes = ListOrNull(f.Objects("volumes"), Volume),
        ImagePullSecrets = f.Texts("imagePullSecrets"),
        ImagePullPolicy = f.Text("imagePullPolicy"),
        ServiceAccountName = f.Text("serviceAccountName"),
        RunAsUser = f.Integer("runAsUser", 1, Limits.MaxUserId),
        RunAsGroup = f.Integer("runAsGroup", 1, Limits.MaxUserId),
        FsGroup = f.Integer("fsGroup", 1, Limits.MaxUserId),
        ReadOnlyRootFilesystem = JobFileRules.Bool(f, "readOnlyRootFilesystem"),
        Capabilities = f.Texts("capabilities"),
        TerminationGraceSeconds = JobFile.Either(
            f, "terminationGraceSeconds", f.Integer("terminationGraceSeconds", 0, Limits.MaxGraceSeconds), "terminationGrace",
            Duration.Seconds(f.Where("terminationGrace"), f.Text("terminationGrace"))),
        Devices = Devices(f),
        HostNetwork = JobFileRules.Bool(f, "hostNetwork"),
    });

    public static JobRestart? Restart(YamlFields? fields) =>
        Done(fields, f => new JobRestart { Scope = f.Needed("scope"), Limit = f.Integer("limit", 1, Limits.MaxMemberRestarts) });

    private static JobVariable Variable(YamlFields f) => new()
    {
        Name = f.Needed("name"),
        Value = f.Text("value"),
        Field = f.Text("field"),
        Secret = f.Text("secret"),
        ConfigMap = f.Text("configMap"),
        Key = f.Text("key"),
    };

    private static JobVolume Volume(YamlFields f) => new()
    {
        MountPath = f.Needed("mountPath"),
        Claim = f.Text("claim"),
        ScratchMiB = Size(f, "scratchMiB", 0, "scratch"),
        MemoryMiB = Size(f, "memoryMiB", 1, "memory"),
        ConfigMap = f.Text("configMap"),
        Secret = f.Text("secret"),
        ReadOnly = JobFileRules.Bool(f, "readOnly"),
        SubPath = f.Text("subPath"),
    };

    private static long? Size(YamlFields f, string exact, long least, string friendly) => JobFile.Either(
        f, exact, f.Integer(exact, least, Limits.MaxMemoryMiB), friendly, f.Text(friendly) is { } size ? Quantity.MemoryMiB(f.Where(friendly), size) : null);

    private static Dictionary<string, long>? Devices(YamlFields f) => f.Map("devices")?.ToDictionary(
        d => d.Key,
        d => long.TryParse(d.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            ? count
            : throw CliException.Usage($"{f.Where("devices")} {d.Key} is \"{d.Value}\"; write a whole number"),
        StringComparer.Ordinal);

    private static IReadOnlyList<T>? ListOrNull<T>(IReadOnlyList<YamlFields> items, Func<YamlFields, T> read) where T : class =>
        items.Count == 0 ? null : [.. items.Select(i => Done(i, read)!)];

    private static T? Done<T>(YamlFields? fields, Func<YamlFields, T> read) where T : class => JobFileRules.Done(fields, read);
}
