// Reads an OpenAPI document from stdin; says what is wrong with it, and for which version of the specification.
import { text } from "node:stream/consumers";
import { Validator } from "@seriousme/openapi-schema-validator";

const validator = new Validator();
const result = await validator.validate(JSON.parse(await text(process.stdin)));
console.log(JSON.stringify({ valid: result.valid, version: validator.version, errors: result.errors }));
