using System.Globalization;
using Gateway.Contracts;

namespace Cli.Replay;

/// <summary>
/// Reads an openb pod list: name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec and columns that a replay does not need. The
/// whole file is checked before anything is submitted; every error names its line.
/// </summary>
internal sealed class PodCsv
{
    private const int MaxErrors = 10;
    private const int MaxRows = 5_000_000;

    private static readonly string[] Needed = ["name", "cpu_milli", "memory_mib", "num_gpu", "gpu_milli", "gpu_spec"];
    private static readonly string[] Unused = ["qos", "pod_phase", "creation_time", "deletion_time", "scheduled_time"];

    private readonly List<string> _errors = [];
    private readonly List<PodRow> _rows = [];
    private int[] _columns = [];
    private int _width;
    private string? _error;

    private PodCsv()
    {
    }

    /// <exception cref="CliException">Usage; names the file and the first ten wrong lines.</exception>
    public static IReadOnlyList<PodRow> Read(string file, TextReader reader)
    {
        var csv = new PodCsv();
        csv.Header(reader.ReadLine());
        for (var number = 2; csv._errors.Count is 0 or < MaxErrors && csv._columns.Length > 0 && reader.ReadLine() is { } line; number++)
        {
            if (line.Length > 0)
            {
                csv.Row(number, line.TrimEnd('\r').Split(','));
            }

            if (csv._rows.Count > MaxRows)
            {
                throw CliException.Usage($"{file} line {number}: more than {MaxRows} rows; split the file");
            }
        }

        if (csv._errors.Count > 0)
        {
            throw CliException.Usage($"{file}: {string.Join("; ", csv._errors)}{(csv._errors.Count == MaxErrors ? "; there may be more" : "")}");
        }

        return csv._rows.Count > 0 ? csv._rows : throw CliException.Usage($"{file} has no rows below its header");
    }

    private void Header(string? line)
    {
        var names = (line ?? "").TrimEnd('\r').TrimStart('\ufeff').Split(',');
        foreach (var name in names.Where(n => !Needed.Contains(n) && !Unused.Contains(n)))
        {
            _errors.Add($"line 1: unknown column \"{name}\" (known: {string.Join(",", Needed.Concat(Unused))})");
        }

        foreach (var name in Needed.Where(n => names.Count(x => x == n) != 1))
        {
            _errors.Add($"line 1: column \"{name}\" must stand there once");
        }

        if (_errors.Count == 0)
        {
            _columns = [.. Needed.Select(n => Array.IndexOf(names, n))];
            _width = names.Length;
        }
    }

    private void Row(int number, string[] fields)
    {
        if (fields.Length != _width)
        {
            _errors.Add($"line {number}: {fields.Length} fields, but the header has {_width}");
            return;
        }

        _error = null;
        var gpus = Number(fields, 3, Limits.MaxGpusPerWorker);
        var row = new PodRow(
            number, Name(fields), Number(fields, 1, Limits.MaxCpuMilli), Number(fields, 2, Limits.MaxMemoryMiB),
            (int)gpus, (int)Number(fields, 4, Limits.WholeGpu), Models(fields));
        _error ??= (row.Gpus, row.GpuMilli) switch
        {
            (0, > 0) => "gpu_milli without num_gpu",
            ( > 0, 0) => "num_gpu without gpu_milli",
            ( > 1, < Limits.WholeGpu) => $"num_gpu is {row.Gpus} but gpu_milli {row.GpuMilli}: only a single GPU can be shared",
            _ => null,
        };
        if (_error is null)
        {
            _rows.Add(row);
        }
        else
        {
            _errors.Add($"line {number}: {_error}");
        }
    }

    private string Name(string[] fields)
    {
        var name = fields[_columns[0]];
        if (name.Length is 0 or > Limits.MaxJobName || !char.IsAsciiLetterOrDigit(name[0]) || !char.IsAsciiLetterOrDigit(name[^1])
            || !name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '.'))
        {
            _error ??= $"name is \"{name}\": write lower-case letters, digits, '-' and '.'";
        }

        return name;
    }

    private long Number(string[] fields, int column, long most)
    {
        var text = fields[_columns[column]];
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value <= most)
        {
            return value;
        }

        _error ??= $"{Needed[column]} is \"{text}\": write a whole number, 0 to {most}";
        return 0;
    }

    private string[] Models(string[] fields)
    {
        var text = fields[_columns[5]];
        var models = text.Length == 0 ? [] : text.Split('|');
        if (models.Any(m => m.Length is 0 or > Limits.MaxName) || models.Length > Limits.MaxGpuModels)
        {
            _error ??= $"gpu_spec is \"{text}\": write models separated by '|', or nothing";
        }

        return models;
    }
}
