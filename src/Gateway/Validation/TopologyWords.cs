using Scheduling.Model;

namespace Gateway.Validation;

/// <summary>The contract's words for topology levels.</summary>
internal static class TopologyWords
{
    public const string Rule = "must be none, node, rack or block";

    public static bool TryParse(string? word, out TopologyLevel level)
    {
        (var known, level) = word switch
        {
            null or "none" => (true, TopologyLevel.None),
            "node" => (true, TopologyLevel.Node),
            "rack" => (true, TopologyLevel.Rack),
            "block" => (true, TopologyLevel.Block),
            _ => (false, TopologyLevel.None),
        };
        return known;
    }

    public static string Of(TopologyLevel level) => level switch
    {
        TopologyLevel.Node => "node",
        TopologyLevel.Rack => "rack",
        TopologyLevel.Block => "block",
        _ => "none",
    };
}
