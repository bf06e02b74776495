using System.Globalization;
using System.Text;
using Spectre.Console;

namespace Cli.Output;

/// <summary>Writes results to standard output in the wanted format, and messages to standard error.</summary>
internal sealed class Printer(World world, OutputFormat format, bool noColor, bool quiet)
{
    private readonly bool _color = world.OutIsTerminal && !noColor && string.IsNullOrEmpty(world.Environment("NO_COLOR"));

    public OutputFormat Format => format;

    public bool IsTable => format is OutputFormat.Table or OutputFormat.Wide;

    /// <summary>A message for people; nothing with --quiet.</summary>
    public void Say(string message)
    {
        if (!quiet)
        {
            world.Error.WriteLine(Plain.Line(message));
        }
    }

    /// <summary>An error that does not end the command.</summary>
    public void Complain(string message) => world.Error.WriteLine("sched: " + Plain.Line(message));

    /// <summary>A line of result.</summary>
    public void Line(string text) => world.Out.WriteLine(Plain.Line(text));

    /// <summary>Writes a server's answer as JSON, YAML or names; false when a table is wanted.</summary>
    public bool Raw(string json, Func<IEnumerable<string>> names)
    {
        switch (format)
        {
            case OutputFormat.Json:
                world.Out.Write(json);
                if (!json.EndsWith('\n'))
                {
                    world.Out.WriteLine();
                }

                return true;
            case OutputFormat.Yaml:
                world.Out.Write(JsonToYaml.Convert(json));
                return true;
            case OutputFormat.Name:
                foreach (var name in names())
                {
                    Line(name);
                }

                return true;
            default:
                return false;
        }
    }

    public void Table(IReadOnlyList<Column> columns, IEnumerable<IReadOnlyList<string?>> rows) => Table(columns, headers: true, rows);

    public void Table(IReadOnlyList<Column> columns, bool headers, IEnumerable<IReadOnlyList<string?>> rows)
    {
        var shown = columns.Index().Where(c => format == OutputFormat.Wide || !c.Item.WideOnly).ToList();
        var table = new Table { Border = TableBorder.None, ShowHeaders = headers };
        foreach (var (_, column) in shown)
        {
            var title = _color ? new Text(column.Title, new Style(decoration: Decoration.Bold)) : new Text(column.Title);
            table.AddColumn(new TableColumn(title) { Alignment = column.Right ? Justify.Right : Justify.Left, NoWrap = true, Padding = new Padding(0, 0, 2, 0) });
        }

        foreach (var row in rows)
        {
            table.AddRow(shown.Select(c => Cell(Blank(row[c.Index]))));
        }

        Write(table);
    }

    /// <summary>One thing: a name and a value a line; values that are null are left out.</summary>
    public void Details(IEnumerable<(string Name, string? Value)> fields)
    {
        var shown = fields.Where(f => f.Value is not null).ToList();
        var width = shown.Max(f => f.Name.Length) + 3;
        foreach (var (name, value) in shown)
        {
            var label = (name + ":").PadRight(width);
            world.Out.WriteLine((_color ? $"\u001b[1m{label}\u001b[0m" : label) + Plain.Line(value));
        }
    }

    private static string Blank(string? text) => string.IsNullOrEmpty(text) ? "-" : Plain.Line(text);

    private Text Cell(string text) => _color && Colors.Of(text) is { } color ? new Text(text, new Style(color)) : new Text(text);

    private void Write(Table table)
    {
        // Rendered first and trimmed after: padding at line ends is of no use to anybody, and wide rows must not be wrapped or cut.
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = _color ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = _color ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(text),
        });
        console.Profile.Width = 10_000;
        console.Profile.Encoding = Encoding.UTF8;
        console.Write(table);
        foreach (var line in text.ToString().TrimEnd('\r', '\n').Split('\n'))
        {
            world.Out.WriteLine(line.TrimEnd());
        }
    }
}
