using Scheduling.Model;

namespace Gateway.Validation;

/// <summary>The contract's words for topology levels.</summary>
internal static class TopologyWords
{
    public const string Rule = "must be none, node, nvlink, rack or block";

    /// <summary>Of fields that must name a domain.</summary>
    public const string DomainRule = "must be node, nvlink, rack or block";

    public static bool TryParse(string? word, out TopologyLevel level)
    {
        (var known, level) = word switch
        {
            null or "none" => (true, TopologyLevel.None),
            "node" => (true, TopologyLevel.Node),
            "nvlink" => (true, TopologyLevel.NvlinkDomain),
            "rack" => (true, TopologyLevel.Rack),
            "block" => (true, TopologyLevel.Block),
            _ => (false, TopologyLevel.None),
        };
        return known;
    }

    public static string Of(TopologyLevel level) => level switch
    {
        TopologyLevel.Node => "node",
        TopologyLevel.NvlinkDomain => "nvlink",
        TopologyLevel.Rack => "rack",
        TopologyLevel.Block => "block",
        _ => "none",
    };
}
