using System.Globalization;
using Gateway.Contracts;

namespace Cli.Input;

/// <summary>What workers run, as it looks on a command line.</summary>
internal static class Mounts
{
    /// <summary>"PATH=claim:NAME", "PATH=memory:64Gi", with ":ro" at the end.</summary>
    /// <exception cref="CliException">Usage.</exception>
    public static JobVolume Parse(string what, string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        var parts = equals > 0 ? text[(equals + 1)..].Split(':') : [];
        var readOnly = parts is [_, _, "ro"];
        if (!text.StartsWith('/') || (parts.Length != 2 && !readOnly) || parts[1].Length == 0)
        {
            throw Wrong(what, text);
        }

        var volume = new JobVolume { MountPath = text[..equals], ReadOnly = readOnly ? true : null };
        return parts[0] switch
        {
            "claim" => volume with { Claim = parts[1] },
            "configmap" => volume with { ConfigMap = parts[1] },
            "secret" => volume with { Secret = parts[1] },
            "scratch" => volume with { ScratchMiB = Quantity.MemoryMiB($"{what} scratch", parts[1]) },
            "memory" => volume with { MemoryMiB = Quantity.MemoryMiB($"{what} memory", parts[1]) },
            _ => throw Wrong(what, text),
        };
    }

    /// <summary>"NAME=VALUE".</summary>
    /// <exception cref="CliException">Usage.</exception>
    public static JobVariable Variable(string what, string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        return equals > 0
            ? new JobVariable { Name = text[..equals], Value = text[(equals + 1)..] }
            : throw CliException.Usage($"{what} is \"{text}\"; write NAME=VALUE");
    }

    /// <summary>"rdma/hca=1".</summary>
    /// <exception cref="CliException">Usage.</exception>
    public static IReadOnlyDictionary<string, long>? Devices(string what, IReadOnlyList<string> values)
    {
        var devices = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var value in values)
        {
            var equals = value.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0 || !long.TryParse(value.AsSpan(equals + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count) || !devices.TryAdd(value[..equals], count))
            {
                throw CliException.Usage($"{what} is \"{value}\"; write each resource once, like rdma/hca=1");
            }
        }

        return devices.Count == 0 ? null : devices;
    }

    /// <summary>"gang", "failedMembers" or "failedMembers:N".</summary>
    /// <exception cref="CliException">Usage.</exception>
    public static JobRestart Restart(string what, string text) => text.Split(':') switch
    {
        ["gang"] => new JobRestart { Scope = "gang" },
        ["failedMembers"] => new JobRestart { Scope = "failedMembers" },
        ["failedMembers", var limit] => new JobRestart { Scope = "failedMembers", Limit = Quantity.Integer(what, limit, 1, Limits.MaxMemberRestarts) },
        _ => throw CliException.Usage($"{what} is \"{text}\"; write gang, failedMembers or failedMembers:N"),
    };

    private static CliException Wrong(string what, string text) => CliException.Usage(
        $"{what} is \"{text}\"; write PATH=claim:NAME, PATH=configmap:NAME, PATH=secret:NAME, PATH=scratch:SIZE or PATH=memory:SIZE, with :ro at the end to only read");
}
