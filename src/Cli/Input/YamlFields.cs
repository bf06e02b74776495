using System.Globalization;
using YamlDotNet.RepresentationModel;

namespace Cli.Input;

/// <summary>Reads the fields of one YAML mapping by name and refuses what was not asked for. Every error names file and line.</summary>
internal sealed class YamlFields
{
    private readonly string _file;
    private readonly Dictionary<string, YamlNode> _nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _lines = new(StringComparer.Ordinal);
    private readonly List<string> _known = [];
    private readonly long _line;

    public YamlFields(string file, YamlNode node)
    {
        _file = file;
        _line = node.Start.Line;
        if (node is not YamlMappingNode mapping)
        {
            throw Wrong(node, "here stand fields, as \"name: value\"");
        }

        foreach (var (key, value) in mapping.Children)
        {
            if (key is not YamlScalarNode { Value: { Length: > 0 } name })
            {
                throw Wrong(key, "a field's name is a word");
            }

            _nodes[name] = value;
            _lines[name] = key.Start.Line;
        }
    }

    /// <summary>Null when it is absent or null.</summary>
    public string? Text(string name) => Take(name) switch
    {
        null => null,
        YamlScalarNode { Value: { } text } => text,
        var node => throw Wrong(node, $"{name} is one value"),
    };

    public string Needed(string name) => Text(name) ?? throw CliException.Usage($"{_file} line {_line}: {name} is missing");

    public long? Integer(string name, long least, long most)
    {
        var text = Text(name);
        if (text is null)
        {
            return null;
        }

        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most
            ? value
            : throw CliException.Usage($"{Where(name)} is \"{text}\"; write a whole number from {least} to {most}");
    }

    /// <summary>Where a field stands, for an error about its value.</summary>
    public string Where(string name) => $"{_file} line {_lines.GetValueOrDefault(name, _line)}: {name}";

    public IReadOnlyDictionary<string, string?>? Map(string name)
    {
        if (Take(name) is not { } node)
        {
            return null;
        }

        if (node is not YamlMappingNode mapping)
        {
            throw Wrong(node, $"{name} is a list of \"key: value\"");
        }

        var map = new SortedDictionary<string, string?>(StringComparer.Ordinal);
        foreach (var (key, value) in mapping.Children)
        {
            if (key is not YamlScalarNode { Value: { } k } || value is not YamlScalarNode { Value: { } v })
            {
                throw Wrong(key, $"{name} has texts only");
            }

            map[k] = v;
        }

        return map;
    }

    public IReadOnlyList<string?>? Texts(string name) => Take(name) switch
    {
        null => null,
        YamlSequenceNode list => [.. list.Children.Select(n => n is YamlScalarNode { Value: { } text } ? text : throw Wrong(n, $"{name} has texts only"))],
        var node => throw Wrong(node, $"{name} is a list, like [a, b]"),
    };

    public IReadOnlyList<YamlFields> Objects(string name) => Take(name) switch
    {
        null => [],
        YamlSequenceNode list => [.. list.Children.Select(n => new YamlFields(_file, n))],
        var node => throw Wrong(node, $"{name} is a list, each entry starting with \"-\""),
    };

    public YamlFields? Object(string name) => Take(name) is { } node ? new YamlFields(_file, node) : null;

    /// <summary>Call when everything known has been asked for.</summary>
    public void RefuseOthers()
    {
        if (_nodes.Keys.FirstOrDefault(k => !_known.Contains(k)) is { } unknown)
        {
            throw CliException.Usage($"{Where(unknown)} is not a field here; known are {string.Join(", ", _known)}");
        }
    }

    private YamlNode? Take(string name)
    {
        _known.Add(name);
        return _nodes.GetValueOrDefault(name) is { } node && !IsNull(node) ? node : null;
    }

    private static bool IsNull(YamlNode node) =>
        node is YamlScalarNode { Style: YamlDotNet.Core.ScalarStyle.Plain, Value: null or "" or "~" or "null" };

    private CliException Wrong(YamlNode node, string rule) => CliException.Usage($"{_file} line {node.Start.Line}: {rule}");
}
