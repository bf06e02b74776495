using Gateway.Contracts;

namespace Cli.Input;

/// <summary>"rack" (preferred), "rack:required", or both parts as "block:required,rack".</summary>
internal static class Topology
{
    internal static readonly string[] Levels = ["node", "nvlink", "rack", "block"];

    /// <exception cref="CliException">Usage.</exception>
    public static JobTopology? Parse(IReadOnlyList<string> values)
    {
        string? required = null, preferred = null;
        foreach (var value in values.SelectMany(v => v.Split(',')))
        {
            var parts = value.Split(':');
            var kind = parts.Length == 1 ? "preferred" : parts[1];
            if (parts.Length > 2 || !Levels.Contains(parts[0]) || kind is not ("required" or "preferred"))
            {
                throw CliException.Usage($"--topology is \"{value}\"; write node, nvlink, rack or block, each with :required or :preferred");
            }

            if ((kind == "required" ? required : preferred) is not null)
            {
                throw CliException.Usage($"--topology names two {kind} levels; one is enough");
            }

            (required, preferred) = kind == "required" ? (parts[0], preferred) : (required, parts[0]);
        }

        return required is null && preferred is null ? null : new JobTopology { Required = required, Preferred = preferred };
    }
}
