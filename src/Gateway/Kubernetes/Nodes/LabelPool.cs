using Scheduling.Model;

namespace Gateway.Kubernetes.Nodes;

/// <summary>Thousands of nodes carry the same labels: each text is kept once. Bounded; what comes later is kept as it comes.</summary>
internal sealed class LabelPool
{
    private const int Most = 65_536;

    private readonly Dictionary<string, string> _texts = new(StringComparer.Ordinal);

    public Label Same(Label label) => new(Same(label.Key), Same(label.Value));

    private string Same(string text)
    {
        if (_texts.TryGetValue(text, out var known))
        {
            return known;
        }

        if (_texts.Count < Most)
        {
            _texts.Add(text, text);
        }

        return text;
    }
}
