# carry.sh OUTPUT SUITE...: Swift source with the texts of suite files by name.
set -e
output=$1
shift
{
  echo '/// Suites that the executable carries with it, by name.'
  echo 'enum CarriedSuites {'
  echo '  static let texts: [String: String] = ['
  for suite in "$@"; do
    printf '    "%s": ####"""\n' "$(basename "$suite" .suite)"
    # A line break that is the text's own ends each line; the last one is the literal's.
    sed 's/\r$//' "$suite"
    printf '\n"""####,\n'
  done
  echo '  ]'
  echo '}'
} >"$output"
