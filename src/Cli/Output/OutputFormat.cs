namespace Cli.Output;

/// <summary>How results are written to standard output.</summary>
internal enum OutputFormat
{
    Table = 0,

    /// <summary>The table with more columns.</summary>
    Wide = 1,

    /// <summary>Exactly what the server sent.</summary>
    Json = 2,

    /// <summary>The same as YAML.</summary>
    Yaml = 3,

    /// <summary>Ids or names only, one a line.</summary>
    Name = 4,
}
