using System.Collections.Immutable;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace RecordGenerator;

/// <summary>
/// Writes the code that puts stored records into JSON and back, for each type named by [StoredRecord] and all that is reachable from there. The rules are those of
/// Grains.Storage.RecordCodec, whose contract by reflection stays the reference: tests/Silo.Tests holds the two against each other.
/// </summary>
[Generator]
public sealed class StoredRecordGenerator : IIncrementalGenerator
{
    private const string Attribute = "Grains.Storage.Codec.StoredRecordAttribute";

    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var files = context.SyntaxProvider
            .ForAttributeWithMetadataName(Attribute, static (_, _) => true, static (found, cancellation) => Files(found, cancellation))
            .SelectMany(static (all, _) => all);
        context.RegisterSourceOutput(files, static (output, file) => output.AddSource(file.Name, SourceText.From(file.Text, Encoding.UTF8)));
    }

    private static ImmutableArray<GeneratedFile> Files(GeneratorAttributeSyntaxContext found, CancellationToken cancellation)
    {
        var compilation = found.SemanticModel.Compilation;
        var shapes = new Shapes(compilation);
        foreach (var attribute in found.Attributes)
        {
            if (attribute.ConstructorArguments is [{ Value: INamedTypeSymbol root }])
                shapes.Find(root);
        }

        cancellation.ThrowIfCancellationRequested();
        var records = shapes.Records.OrderBy(r => r.FormatName, StringComparer.Ordinal).ToList();
        return
        [
            .. records.Select(r => new GeneratedFile(r.FormatName + ".g.cs", FormatWriter.Write(r))),
            new GeneratedFile("RecordFormats.g.cs", FormatWriter.WriteList((INamedTypeSymbol)found.TargetSymbol, records)),
        ];
    }
}
