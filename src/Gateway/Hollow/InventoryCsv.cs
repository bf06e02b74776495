using System.Collections.Immutable;
using System.Globalization;
using Gateway.Backends;
using Gateway.Kubernetes.Nodes;
using Scheduling.Model;

namespace Gateway.Hollow;

/// <summary>Reads a node list: a header line that names the columns, then one machine a line. Quotes are not used in this format.</summary>
internal static class InventoryCsv
{
    /// <summary>More than any cluster has; a larger file is a mistake.</summary>
    public const int MaxNodes = 200_000;

    private const int MaxErrors = 10;
    private const string Plain = "lower-case letters, digits and '-', at most 63";

    private static readonly string[] Needed = ["sn", "cpu_milli", "memory_mib", "gpu", "model"];
    private static readonly string[] Optional = ["pool", "block", "rack", "labels", "taints", "domain", "tenants", "spares", "extended"];

    /// <exception cref="InventoryException">Names the file and every wrong line (the first ten of them).</exception>
    public static ImmutableArray<InventoryRow> Read(TextReader reader, string file, string defaultPool)
    {
        var errors = new List<string>();
        var columns = Header(reader.ReadLine(), errors);
        var rows = ImmutableArray.CreateBuilder<InventoryRow>();
        var names = new Dictionary<NodeId, int>();
        for (var number = 2; errors.Count < MaxErrors && reader.ReadLine() is { } line; number++)
        {
            if (line.Length == 0)
            {
                continue;
            }

            if (rows.Count == MaxNodes)
            {
                errors.Add($"line {number}: more than {MaxNodes} nodes");
                break;
            }

            if (Row(new Fields(columns, line.Split(',')), defaultPool, out var error) is not { } row)
            {
                errors.Add($"line {number}: {error}");
            }
            else if (!names.TryAdd(row.Node.Name, number))
            {
                errors.Add($"line {number}: node {row.Node.Name} stands in line {names[row.Node.Name]} already");
            }
            else
            {
                rows.Add(row);
            }
        }

        return errors.Count == 0 ? rows.ToImmutable() : throw new InventoryException($"{file}: {string.Join("; ", errors)}");
    }

    private static Dictionary<string, int> Header(string? line, List<string> errors)
    {
        var columns = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (i, name) in (line ?? "").Split(',').Index())
        {
            if (!Needed.Contains(name.Trim()) && !Optional.Contains(name.Trim()))
            {
                errors.Add($"line 1: unknown column \"{name.Trim()}\" (known: {string.Join(",", Needed.Concat(Optional))})");
            }
            else if (!columns.TryAdd(name.Trim(), i))
            {
                errors.Add($"line 1: column \"{name.Trim()}\" stands twice");
            }
        }

        errors.AddRange(Needed.Where(n => !columns.ContainsKey(n)).Select(n => $"line 1: column \"{n}\" is missing"));
        return columns;
    }

    private static InventoryRow? Row(Fields fields, string defaultPool, out string? error)
    {
        if (fields.CountError is { } count)
        {
            error = count;
            return null;
        }

        var gpus = fields.Number("gpu", 64);
        var node = new NodeSpec
        {
            Name = new NodeId(fields.Checked("sn", InventoryNames.IsNodeName, "lower-case letters, digits, '-' and '.'") ?? ""),
            CpuMilli = fields.Number("cpu_milli", 1_000_000_000),
            MemoryMiB = fields.Number("memory_mib", 1_000_000_000),
            Gpus = (int)gpus,
            GpuModel = gpus == 0 ? "" : fields.Checked("model", InventoryNames.IsModel, "a GPU model, because it has GPUs") ?? "",
            Labels = fields.Labels("labels"),
            Taints = fields.Labels("taints"),
            Domain = fields.CheckedOrNull("domain", InventoryNames.IsName, Plain) ?? "",
            Tenants = fields.Names("tenants"),
            Extended = fields.Amounts("extended"),
        };
        var row = new InventoryRow(
            new PoolId(fields.CheckedOrNull("pool", InventoryNames.IsName, Plain) ?? defaultPool),
            fields.CheckedOrNull("block", InventoryNames.IsName, Plain), fields.CheckedOrNull("rack", InventoryNames.IsName, Plain), node)
        {
            Spares = (int)fields.NumberOrZero("spares", RackSpec.MaxNodes),
        };
        error = fields.Error;
        return error is null ? row : null;
    }

    /// <summary>One line's fields by column; keeps the first thing that is wrong.</summary>
    private sealed class Fields(Dictionary<string, int> columns, string[] values)
    {
        public string? Error { get; private set; }

        public string? CountError => values.Length == columns.Count ? null : $"{values.Length} fields, but the header has {columns.Count}";

        public long Number(string column, long most)
        {
            if (long.TryParse(Text(column), NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value <= most)
            {
                return value;
            }

            Error ??= $"{column} is \"{Text(column)}\": write a whole number, 0 to {most}";
            return 0;
        }

        public long NumberOrZero(string column, long most) => Text(column).Length == 0 ? 0 : Number(column, most);

        public string? Checked(string column, Func<string?, bool> isGood, string rule)
        {
            if (isGood(Text(column)))
            {
                return Text(column);
            }

            Error ??= $"{column} is \"{Text(column)}\": write {rule}";
            return null;
        }

        public string? CheckedOrNull(string column, Func<string?, bool> isGood, string rule) =>
            Text(column).Length == 0 ? null : Checked(column, isGood, rule);

        public ImmutableArray<Label> Labels(string column)
        {
            var labels = ImmutableArray.CreateBuilder<Label>();
            foreach (var pair in Text(column).Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            {
                if (pair.IndexOf('=', StringComparison.Ordinal) is var i and > 0)
                {
                    labels.Add(new Label(pair[..i], pair[(i + 1)..]));
                }
                else
                {
                    Error ??= $"{column} has \"{pair}\": write key=value;key=value";
                }
            }

            return labels.ToImmutable();
        }

        /// <summary>"rdma/hca=8;ephemeral-storage=400Gi".</summary>
        public ImmutableArray<ExtendedAmount> Amounts(string column)
        {
            var amounts = new ResourceAmounts();
            foreach (var (name, amount) in Labels(column))
            {
                if (!ExtendedAmounts.Counts(name) || Quantities.Parse(amount) is not (> 0 and var quantity))
                {
                    Error ??= $"{column} has \"{name}={amount}\": write resources beside CPU, memory and GPUs, each with an amount like 8 or 400Gi";
                    continue;
                }

                amounts.Set(name, quantity);
            }

            return ExtendedAmounts.OfferedBy(amounts);
        }

        public ImmutableArray<TenantId> Names(string column)
        {
            var names = Text(column).Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            if (names.FirstOrDefault(n => !InventoryNames.IsName(n)) is { } bad)
            {
                Error ??= $"{column} has \"{bad}\": write name;name, each of {Plain}";
            }

            return [.. names.Select(n => new TenantId(n))];
        }

        private string Text(string column) => columns.TryGetValue(column, out var i) ? values[i].Trim() : "";
    }
}
